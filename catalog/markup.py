"""A training as search engines read it: schema.org Course, in JSON-LD. Data, not a script: the browser runs nothing."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from catalog.enums import EntryMode, Modality
from catalog.models import Action, Session, Training

MODES = {Modality.ON_SITE: "Onsite", Modality.MIXED: "Blended", Modality.REMOTE: "Online"}
MOST_INSTANCES = 20
# A closing tag inside a text must not end the element.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def course_markup(training: Training, *, url: str) -> SafeString:
    """The element to put in the head of the training's page; nothing when it is no longer offered."""
    if training.closed_on:
        return mark_safe("")
    text = json.dumps(course(training, url), ensure_ascii=False).translate(ESCAPES)
    # Every character that could leave the element is escaped above.
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))


def course(training: Training, url: str) -> dict[str, Any]:
    organisation = training.organisation
    provider = {"@type": "Organization", "name": organisation.name, "identifier": organisation.siret}
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": training.title,
        "description": (training.objective or training.title)[:500],
        "url": url,
        "inLanguage": "fr",
        "provider": provider,
    }
    if training.certification:
        said["educationalCredentialAwarded"] = str(training.certification)
    actions = list(training.actions.all())
    offers = [offer(action) for action in actions if action.price_cents is not None]
    instances = [instance(action, session) for action in actions for session in action.sessions.all()]
    if offers:
        said["offers"] = offers
    if instances:
        said["hasCourseInstance"] = instances[:MOST_INSTANCES]
    return said


def offer(action: Action) -> dict[str, Any]:
    category = "Free" if action.price_cents == 0 else "Paid"
    price = f"{(action.price_cents or 0) / 100:.2f}"
    return {"@type": "Offer", "category": category, "price": price, "priceCurrency": "EUR"}


def instance(action: Action, session: Session) -> dict[str, Any]:
    said: dict[str, Any] = {"@type": "CourseInstance", "courseMode": MODES[Modality(action.modality)]}
    if action.hours_minutes:
        said["courseWorkload"] = f"PT{action.hours_minutes}M"
    # Permanent entries have a period in which one may join, not dates of their own.
    if session.starts_on and action.entry_mode == EntryMode.FIXED_DATES:
        said["startDate"] = session.starts_on.isoformat()
        if session.ends_on:
            said["endDate"] = session.ends_on.isoformat()
    if session.place and action.modality != Modality.REMOTE:
        said["location"] = {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": session.place.address,
                "postalCode": session.place.postal_code,
                "addressLocality": session.place.town,
                "addressCountry": "FR",
            },
        }
    return said
