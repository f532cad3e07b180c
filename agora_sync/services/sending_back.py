"""A refused value sent back to whoever wrote it, and their answer."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agora_sync.exceptions import HandlingRefused
from agora_sync.mapping.corrections import FIELDS
from agora_sync.models import SendingBack
from agora_sync.models.handling import SendingBackQuerySet
from agora_sync.selectors.authors import author_of, people_of
from agora_sync.selectors.rejects import rejected_exchanges
from agora_sync.selectors.sendings_back import sendings_for
from agora_sync.services.messages import tell_staff
from cpa_portal.kernel.masking import mask_text
from cpa_portal.kernel.templatetags.cpa import date_fr

LONGEST_DELAY = timedelta(days=92)
WRONG_DAY = "Choisissez un jour à venir, dans les trois mois."
GONE = "Cet échange n’attend plus de correction."
OWN = "C’est vous qui avez écrit cette valeur : corrigez-la."
NOBODY = "Personne de « {name} » n’a de compte ici : joignez cet organisme autrement, puis corrigez."
ALREADY = "Cette erreur est déjà renvoyée : attendez la réponse, ou reprenez-la."
OVER = "Il a déjà été répondu, ou la demande a été reprise."


def send_back(*, user: User, exchange_id: UUID, field: str, due_on: date, message: str) -> SendingBack:
    """Ask whoever wrote the field to say what is right, by the end of a day; they are told. Raises HandlingRefused."""
    if field not in FIELDS:
        raise ValueError(f"not a field of a file: {field}")
    today = timezone.localdate()
    if not today < due_on <= today + LONGEST_DELAY:
        raise HandlingRefused(WRONG_DAY)
    exchange = rejected_exchanges(user).filter(pk=exchange_id).first()
    if exchange is None or exchange.training_file is None:
        raise HandlingRefused(GONE)
    author = author_of(exchange.training_file, field)
    if author.colleague == user:
        raise HandlingRefused(OWN)
    recipients = [person.email for person in people_of(author, today=today)]
    if not recipients:
        raise HandlingRefused(NOBODY.format(name=author.name))
    sending = SendingBack(
        exchange=exchange,
        field=field,
        colleague=author.colleague,
        organisation_siret=author.organisation_siret,
        sent_by=user,
        due_on=due_on,
        message=mask_text(message.strip()),
    )
    with transaction.atomic():
        _insert(sending)
        tell_staff(
            recipients=recipients,
            key=f"sent-back:{sending.pk}",
            subject="Une donnée refusée par AGORA vous est renvoyée",
            what=(
                f"AGORA a refusé un dossier pour une valeur que vous avez saisie ({sending.field_label}). "
                f"Dites ce qui est juste au plus tard le {date_fr(due_on)}."
            ),
            path=reverse("agora_sync:sending_back_detail", args=[sending.pk]),
        )
    return sending


def _insert(sending: SendingBack) -> None:
    try:
        with transaction.atomic():
            sending.save(force_insert=True)
    except IntegrityError:
        # The unique index decides: one waits for its answer already.
        if SendingBack.objects.waiting().filter(exchange=sending.exchange).exists():
            raise HandlingRefused(ALREADY) from None
        raise


def answer(*, user: User, sending_id: UUID, text: str, right_value: str = "") -> SendingBack:
    """Say what is right, once; whoever asked is told. Raises HandlingRefused, ValueError with a sentence for a value
    that cannot be right.
    """
    written = right_value.strip()
    with transaction.atomic():
        sending = _waiting(sendings_for(user).filter(pk=sending_id))
        if written:
            written = str(FIELDS[sending.field].read(written))
        sending.answer, sending.right_value = mask_text(text.strip()), written
        sending.answered_by, sending.answered_at = user, timezone.now()
        sending.save()
        tell_staff(
            recipients=[sending.sent_by.email],
            key=f"sent-back-answered:{sending.pk}",
            subject="Réponse à une erreur que vous avez renvoyée",
            what=f"Vous avez une réponse au sujet d’une donnée refusée : {sending.field_label}.",
            path=reverse("agora_sync:exchange_detail", args=[sending.exchange_id]),
        )
    return sending


def take_back(*, user: User, exchange_id: UUID) -> SendingBack:
    """Ask no more: whoever follows the exchange may. Raises HandlingRefused when nothing waits."""
    with transaction.atomic():
        followed = rejected_exchanges(user).filter(pk=exchange_id).values("pk")
        sending = _waiting(SendingBack.objects.filter(exchange__in=followed))
        sending.withdrawn_by, sending.withdrawn_at = user, timezone.now()
        sending.save()
    return sending


def close_sending_back(*, exchange_id: UUID, user: User) -> None:
    """What leaves again asks nobody any more. Called in the transaction that makes it leave."""
    waiting = SendingBack.objects.waiting().filter(exchange=exchange_id)
    waiting.update(withdrawn_by=user, withdrawn_at=timezone.now())


def _waiting(sendings: SendingBackQuerySet) -> SendingBack:
    found = sendings.waiting().select_for_update(of=("self",)).first()
    if found is None:
        raise HandlingRefused(OVER)
    return found
