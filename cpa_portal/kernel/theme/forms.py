"""Django forms seen by the DSFR: which component shows each field, and what the person is told.

The package django-dsfr renders a form through its own renderer, at 10 to 15 ms a form; here each field
becomes one small record, and one template writes them all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField, widgets
from django.utils.safestring import SafeString, mark_safe

KINDS: tuple[tuple[type[widgets.Widget], str], ...] = (
    # The most particular first: a radio list is also a select for Django.
    (widgets.CheckboxSelectMultiple, "checkboxes"),
    (widgets.RadioSelect, "radios"),
    (widgets.CheckboxInput, "checkbox"),
    (widgets.PasswordInput, "password"),
    (widgets.FileInput, "file"),
    (widgets.MultiWidget, "parts"),
    (widgets.SelectDateWidget, "parts"),
    (widgets.Select, "select"),
)
CLASSES = {
    "input": "fr-input",
    "password": "fr-password__input fr-input",
    "select": "fr-select",
    "file": "fr-upload",
}
# A date in three lists: Django names the parts by the end of their name.
DATE_PARTS = {"_day": "Jour", "_month": "Mois", "_year": "Année"}


@dataclass(frozen=True)
class Part:
    """One input of a group: a button of a list, or the day of a date. `widget` is the input, already written."""

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
    errors: tuple[str, ...]
    widget: SafeString
    parts: tuple[Part, ...]

    @property
    def messages_id(self) -> str:
        return f"{self.id}-messages"

    @property
    def hint_id(self) -> str:
        return f"{self.id}-hint"

    @property
    def error_target(self) -> str:
        return self.parts[0].id if self.parts else self.id


@dataclass(frozen=True)
class Problem:
    """One sentence of the summary. `field_label` and `target` are empty when it is about the whole form."""

    message: str
    field_label: str = ""
    target: str = ""


@dataclass(frozen=True)
class FormView:
    fields: tuple[FieldView, ...]
    hidden: tuple[SafeString, ...]
    problems: tuple[Problem, ...]


def form_view(form: BaseForm) -> FormView:
    """Read the form once: fields in order, hidden inputs apart, every problem in the order of the page."""
    fields = tuple(field_view(bound) for bound in form.visible_fields())
    hidden = form.hidden_fields()
    general = [Problem(str(error)) for error in form.non_field_errors()]
    # A hidden field is not the person's to mend: its problem is told at the top, without a link.
    general += [Problem(str(error)) for bound in hidden for error in bound.errors]
    beside = [Problem(error, field.label, field.error_target) for field in fields for error in field.errors]
    return FormView(fields, tuple(bound.as_widget() for bound in hidden), tuple(general + beside))


def field_view(bound: BoundField, *, hint: str | None = None) -> FieldView:
    """One field, written once: its widget bears the DSFR's class and points at its hint and messages.

    `hint` replaces the field's help text.
    """
    hint = str(bound.help_text) if hint is None else hint
    widget = bound.field.widget
    kind = next((name for kind, name in KINDS if isinstance(widget, kind)), "input")
    identifier = bound.auto_id or bound.html_name
    parts = tuple(_parts(bound, kind))
    return FieldView(
        kind=kind,
        id=identifier,
        label=str(bound.label),
        hint=hint,
        is_optional=_is_worth_saying_optional(bound),
        errors=tuple(str(error) for error in bound.errors),
        widget=mark_safe("") if parts else bound.as_widget(attrs=_attributes(bound, kind, hint)),
        parts=parts,
    )


def _is_worth_saying_optional(bound: BoundField) -> bool:
    """Where nothing is required (the filters of a list), saying so at each field is noise."""
    return not bound.field.required and any(field.required for field in bound.form.fields.values())


def _attributes(bound: BoundField, kind: str, hint: str) -> dict[str, Any]:
    identifier = bound.auto_id or bound.html_name
    # A placeholder vanishes as one types; the label and the hint say the same and stay.
    attributes: dict[str, Any] = {"placeholder": False}
    if css := CLASSES.get(kind):
        attributes["class"] = f"{css} {bound.field.widget.attrs.get('class', '')}".strip()
    described = [f"{identifier}-hint"] if hint else []
    if bound.errors:
        described.append(f"{identifier}-messages")
    # False keeps Django from pointing at its own help text, which is not on the page.
    attributes["aria-describedby"] = " ".join(described) or False
    return attributes


def _parts(bound: BoundField, kind: str) -> Iterator[Part]:
    if kind in {"radios", "checkboxes"}:
        for button in bound.subwidgets:
            written = _written(bound, {**button.data, "wrap_label": False})
            yield Part(button.id_for_label, str(button.choice_label), written)
    elif kind == "parts":
        for number, data in enumerate(_subwidgets(bound)):
            css = "fr-select" if "options" in data or "optgroups" in data else "fr-input"
            data["attrs"]["class"] = css
            yield Part(data["attrs"]["id"], _part_label(bound, data["name"], number), _written(bound, data))


def _subwidgets(bound: BoundField) -> list[dict[str, Any]]:
    attributes = bound.build_widget_attrs({"id": bound.auto_id})
    context = bound.field.widget.get_context(bound.html_name, bound.value(), attributes)
    subwidgets: list[dict[str, Any]] = context["widget"]["subwidgets"]
    return subwidgets


def _part_label(bound: BoundField, name: str, number: int) -> str:
    """A widget of ours says its own `part_labels`; Django's date lists are known by their names."""
    own: tuple[str, ...] = getattr(bound.field.widget, "part_labels", ())
    if own:
        return own[number]
    return next((label for end, label in DATE_PARTS.items() if name.endswith(end)), str(bound.label))


def _written(bound: BoundField, data: dict[str, Any]) -> SafeString:
    """The input alone: Django would wrap a button in its label, the DSFR wants the label beside it."""
    return mark_safe(bound.form.renderer.render(data["template_name"], {"widget": data}))
