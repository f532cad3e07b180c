from django import forms


class StatementCheckForm(forms.Form):
    code = forms.CharField(
        label="Code imprimé sur le relevé",
        help_text="16 lettres et chiffres, par exemple ABCD-EFGH-JKMN-PQRS.",
        max_length=40,
    )
