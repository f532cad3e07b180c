"""`{% load cpa %}`: the words, figures and DSFR pieces that every room's pages share."""

import datetime as dt
import json
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import slugify

from cpa_portal.kernel.money import format_euros, format_hours
from cpa_portal.kernel.theme import Portal, current_portal
from cpa_portal.kernel.theme.forms import FieldView, field_view, form_view

register = template.Library()

NO_BREAK_SPACE = "\u00a0"


@register.filter
def euros(cents: int | None) -> str:
    """Integer cents as `1 234,56 €`. None gives ''."""
    return "" if cents is None else format_euros(cents)


@register.filter
def euros_signed(cents: int | None) -> str:
    """A movement in cents: `+500,00 €`, `−120,00 €`. None gives ''."""
    return "" if cents is None else format_euros(cents, signed=True)


@register.filter
def hours(minutes: int | None) -> str:
    """Integer minutes as `24 h` or `24 h 30`. None gives ''."""
    return "" if minutes is None else format_hours(minutes)


@register.filter
def hours_signed(minutes: int | None) -> str:
    """A movement in minutes: `+24 h`, `−7 h 30`. None gives ''."""
    return "" if minutes is None else format_hours(minutes, signed=True)


@register.filter
def date_fr(value: dt.date | dt.datetime | None) -> str:
    """`3 mars 2026`, or `3 mars 2026 à 14 h 05` for a datetime, in the current zone. None gives ''."""
    if value is None:
        return ""
    if not isinstance(value, dt.datetime):
        return _day(value)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{_day(local)} à {local.hour}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{local:%M}"


@register.filter(name="json")
def as_json(value: Any) -> str:
    """A structure as JSON text, for a `data-` attribute that a script reads; escaped like any other text."""
    return json.dumps(value)


def _day(value: dt.date) -> str:
    ordinal = "1er" if value.day == 1 else str(value.day)
    return f"{ordinal} {date_format(value, 'F Y')}"


def _component(context: Context, name: str, facts: dict[str, Any]) -> SafeString:
    engine = context.template.engine  # type: ignore[union-attr]
    return engine.get_template(name).render(Context(facts))


class BreadcrumbNode(Node):
    """Pairs of label and URL name, then the label of the page itself."""

    def __init__(self, steps: list[tuple[FilterExpression, FilterExpression]], current: FilterExpression):
        self.steps = steps
        self.current = current

    def render(self, context: Context) -> str:
        links = [
            {"label": label.resolve(context), "url": _address(url.resolve(context))}
            for label, url in self.steps
        ]
        trail = {"links": links, "current": self.current.resolve(context)}
        return _component(context, "components/breadcrumb.html", trail)


@register.tag
def breadcrumb(parser: Parser, token: Token) -> BreadcrumbNode:
    """`{% breadcrumb "Mes dossiers" "rights:file_list" "Dossier n° 12" %}`: an odd number of arguments.

    A URL name may also be an address that begins with a slash, made with `{% url … as … %}`.
    """
    arguments = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    if len(arguments) % 2 == 0:
        raise template.TemplateSyntaxError("breadcrumb: pairs of label and URL name, then the page's label")
    steps = list(zip(arguments[:-1:2], arguments[1:-1:2], strict=True))
    return BreadcrumbNode(steps, arguments[-1])


def _address(url_or_name: str) -> str:
    return url_or_name if url_or_name.startswith("/") else reverse(url_or_name)


@register.simple_tag(name="current_portal")
def portal_facts() -> Portal:
    """The frame's facts where no context processor runs: a message sent by a task has no request."""
    return current_portal()


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: BaseForm, heading: str = "h2") -> dict[str, Any]:
    """The whole inside of a form: errors with links to their fields, then the hidden fields and the others.

    `heading` is the level of the summary's title (h2, h3), so that the page's outline holds.
    """
    return {"view": form_view(form), "heading": heading}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: BaseForm, heading: str = "h2") -> dict[str, Any]:
    """The summary of errors alone, for a form whose fields are laid out one by one."""
    return {"view": form_view(form), "heading": heading}


@register.inclusion_tag("components/refusal.html")
def refusal_alert(title: str, message: str) -> dict[str, str]:
    """What was not done, and why, read out at once. Nothing when nothing was refused."""
    return {"title": title, "message": message}


@register.inclusion_tag("components/form_field.html")
def form_field(field: BoundField, hint: str | None = None) -> dict[str, FieldView]:
    """One field with its label, hint and errors. `hint` replaces the field's own help text; '' takes it away."""
    return {"field": field_view(field, hint=hint)}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page_obj: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Links to the other pages of a list, keeping the rest of the query string. Nothing for a single page."""
    pages = page_obj.paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    return {
        "page_obj": page_obj,
        "links": [_page_link(context, page, parameter) for page in pages],
        "first": _page_address(context, 1, parameter),
        "last": _page_address(context, page_obj.paginator.num_pages, parameter),
        "previous": page_obj.has_previous() and _page_address(context, page_obj.number - 1, parameter),
        "next": page_obj.has_next() and _page_address(context, page_obj.number + 1, parameter),
    }


def _page_link(context: Context, page: int | str, parameter: str) -> dict[str, Any]:
    address = _page_address(context, page, parameter) if isinstance(page, int) else ""
    return {"number": page, "address": address}


def _page_address(context: Context, page: int | str, parameter: str) -> str:
    query = context["request"].GET.copy()
    query[parameter] = str(page)
    return f"?{query.urlencode()}"


HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
BADGE_KINDS = {"success", "error", "info", "warning", "new"}


@register.inclusion_tag("components/badge.html")
def badge(label: str, kind: str = "", *, small: bool = True) -> dict[str, Any]:
    """A state in words. `kind`: success, error, info, warning, new or ''."""
    if kind and kind not in BADGE_KINDS:
        raise ValueError(f"{kind!r} is no kind of badge: {', '.join(sorted(BADGE_KINDS))}")
    return {"label": label, "kind": kind, "small": small}


class AccordionNode(Node):
    def __init__(self, title: FilterExpression, heading: str, body: NodeList) -> None:
        self.title = title
        self.heading = heading
        self.body = body

    def render(self, context: Context) -> str:
        title = str(self.title.resolve(context))
        facts = {
            "title": title,
            "id": f"accordion-{slugify(title)[:60]}",
            "heading": self.heading,
            "body": self.body.render(context),
        }
        return _component(context, "components/accordion.html", facts)


@register.tag
def accordion(parser: Parser, token: Token) -> AccordionNode:
    """`{% accordion "La question ?" %}<p>La réponse.</p>{% endaccordion %}`.

    The title makes the identifier: two on one page must differ. An h3 unless told: `{% accordion title h4 %}`.
    """
    title, heading = _title_and_heading(token, "h3")
    body = parser.parse(("endaccordion",))
    parser.delete_first_token()
    return AccordionNode(parser.compile_filter(title), heading, body)


class EmptyStateNode(Node):
    def __init__(self, title: FilterExpression, heading: str, body: NodeList) -> None:
        self.title = title
        self.heading = heading
        self.body = body

    def render(self, context: Context) -> str:
        facts = {
            "title": self.title.resolve(context),
            "heading": self.heading,
            "body": self.body.render(context),
        }
        return _component(context, "components/empty_state.html", facts)


@register.tag
def empty_state(parser: Parser, token: Token) -> EmptyStateNode:
    """`{% empty_state "Aucun dossier" %}<p>Ce que l'on peut faire…</p>{% endempty_state %}`.

    The title is an h2 unless told: `{% empty_state title h3 %}`.
    """
    title, heading = _title_and_heading(token, "h2")
    body = parser.parse(("endempty_state",))
    parser.delete_first_token()
    return EmptyStateNode(parser.compile_filter(title), heading, body)


def _title_and_heading(token: Token, usual: str) -> tuple[str, str]:
    tag, *arguments = token.split_contents()
    title, heading = [*arguments, usual][:2] if arguments else ("", "")
    if len(arguments) > 2 or heading not in HEADINGS:
        raise template.TemplateSyntaxError(
            f"{tag} wants its title, then possibly its heading level (h2 to h6)"
        )
    return title, heading
