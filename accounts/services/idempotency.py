"""A form sent twice (double click, network lost and retried) must create once.

The page carries a key made when it was shown; what the form creates takes it as primary key or unique
column, so that the database refuses the second row and the service finds the first.
"""

from uuid import uuid4

from django import forms


class IdempotentFormMixin(forms.Form):
    """Adds the hidden field `idempotency_key`, a UUID given anew each time the empty form is shown.

    The key says which request this is, not who asks: the service that finds a row under it checks its owner.
    """

    idempotency_key = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages={
            "required": "Le formulaire était incomplet : rechargez la page, puis envoyez-le de nouveau.",
            "invalid": "Le formulaire était incomplet : rechargez la page, puis envoyez-le de nouveau.",
        },
    )
