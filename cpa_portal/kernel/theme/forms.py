"""Django forms seen by the DSFR: which component shows each field, and what the person is told.

The package django-dsfr renders a form through its own renderer, at 10 to 15 ms a form; here each field
becomes one small record, and one template writes them all.
"""

from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField, widgets
from django.utils.safestring import SafeString

KINDS: tuple[tuple[type[widgets.Widget], str], ...] = (
    # The most particular first: a radio list is also a select for Django.
    (widgets.CheckboxSelectMultiple, "checkboxes"),
    (widgets.RadioSelect, "radios"),
    (widgets.CheckboxInput, "checkbox"),
    (widgets.PasswordInput, "password"),
    (widgets.ClearableFileInput, "file"),
    (widgets.FileInput, "file"),
    (widgets.MultiWidget, "group"),
    (widgets.SelectDateWidget, "group"),
    (widgets.Select, "select"),
)
CLASSES = {
    "input": "fr-input",
    "password": "fr-password__input fr-input",
    "select": "fr-select",
    "file": "fr-upload",
    "group": "fr-input",
}


@dataclass(frozen=True)
class Choice:
    """One button of a list. `widget` is its input, already written."""

    id: str
    label: str
    widget: SafeString


@dataclass(frozen=True)
class FieldView:
    """What the template needs of one field. `error_target` is what a link in the summary points at."""

    kind: str
    id: str
    label: str
    hint: str
    is_optional: bool
    is_disabled: bool
    errors: tuple[str, ...]
    widget: SafeString
    choices: tuple[Choice, ...]
    error_target: str

    @property
    def is_group(self) -> bool:
        return self.kind in {"radios", "checkboxes", "group"}

    @property
    def messages_id(self) -> str:
        return f"{self.id}-messages"

    @property
    def hint_id(self) -> str:
        return f"{self.id}-hint"


@dataclass(frozen=True)
class FormView:
    """`problems` pairs each sentence with the element it is about; the target is empty for the whole form."""

    fields: tuple[FieldView, ...]
    hidden: tuple[SafeString, ...]
    problems: tuple[tuple[str, str], ...]


def form_view(form: BaseForm) -> FormView:
    """Read the form once: fields in order, hidden inputs apart, every problem in the order of the page."""
    fields = tuple(field_view(bound) for bound in form.visible_fields())
    general = [(str(error), "") for error in form.non_field_errors()]
    # A hidden field the person cannot mend is told at the top, without a link.
    general += [(str(error), "") for bound in form.hidden_fields() for error in bound.errors]
    beside = [(error, field.error_target) for field in fields for error in field.errors]
    return FormView(
        fields=fields,
        hidden=tuple(bound.as_widget() for bound in form.hidden_fields()),
        problems=tuple(general + beside),
    )


def field_view(bound: BoundField) -> FieldView:
    kind = next((name for widget, name in KINDS if isinstance(bound.field.widget, widget)), "input")
    identifier = bound.auto_id or bound.html_name
    choices = _choices(bound) if kind in {"radios", "checkboxes"} else ()
    return FieldView(
        kind=kind,
        id=identifier,
        label=str(bound.label),
        hint=str(bound.help_text),
        is_optional=not bound.field.required and not bound.field.disabled,
        is_disabled=bound.field.disabled,
        errors=tuple(str(error) for error in bound.errors),
        widget=SafeString("") if choices else bound.as_widget(attrs=_attributes(bound, kind, identifier)),
        choices=choices,
        error_target=choices[0].id if choices else (bound.id_for_label or identifier),
    )


def _attributes(bound: BoundField, kind: str, identifier: str) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if css := CLASSES.get(kind):
        attributes["class"] = f"{css} {bound.field.widget.attrs.get('class', '')}".strip()
    described = [f"{identifier}-hint"] if bound.help_text and kind != "group" else []
    if bound.errors:
        described.append(f"{identifier}-messages")
    if described and kind != "group":
        attributes["aria-describedby"] = " ".join(described)
    return attributes


def _choices(bound: BoundField) -> tuple[Choice, ...]:
    return tuple(
        Choice(id=button.id_for_label, label=str(button.choice_label), widget=_button(button))
        for button in bound.subwidgets
    )


def _button(button: Any) -> SafeString:
    """The input alone: Django would wrap it in its label, the DSFR wants the label beside it."""
    data = {**button.data, "wrap_label": False}
    return button.parent_widget._render(button.data["template_name"], {"widget": data}, button.renderer)
