"""Occupations: what each asks for, and which ones ask for what a person knows. Nothing that is chosen is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.forms.search import WORDS_LENGTH
from catalog.models import Certification, Occupation
from catalog.selectors.skills import (
    MOST_CHOSEN,
    occupations_named,
    skills_named,
    skills_of,
    suggested_occupations,
)
from catalog.selectors.widening import occupation_words
from cpa_portal.kernel.access import public


@public
@require_safe
def occupation_suggestions(request: HttpRequest) -> HttpResponse:
    """What is chosen is in the address (`c`), with what was searched (`q`) and the occupation one starts from."""
    words = request.GET.get("q", "").replace("\x00", " ")[:WORDS_LENGTH].strip()
    start = _start(request.GET.get("metier", ""))
    codes = [*request.GET.getlist("c"), *(skill.pk for skill in (start.skills.all() if start else ()))]
    chosen = skills_of(code for code in dict.fromkeys(codes) if code.isascii() and code.isdigit())
    held = {skill.pk for skill in chosen}
    context = {
        "words": words,
        "start": start,
        "chosen": chosen,
        "is_full": len(held) >= MOST_CHOSEN,
        "proposed": [skill for skill in skills_named(words) if skill.pk not in held],
        "occupations": occupations_named(words),
        # Where one comes from is no suggestion.
        "suggestions": [
            (suggestion, occupation_words(suggestion.occupation.label))
            for suggestion in suggested_occupations(chosen)
            if suggestion.occupation != start
        ],
    }
    return render(request, "catalog/occupation_suggestions.html", context)


@public
@require_safe
def occupation_detail(request: HttpRequest, code: str) -> HttpResponse:
    occupation = get_object_or_404(Occupation.objects.prefetch_related("skills"), pk=code.upper())
    certifications = Certification.objects.filter(closed_on=None, occupations=occupation)
    context = {
        "occupation": occupation,
        "words": occupation_words(occupation.label),
        "certifications": certifications.exclude(state="inactive").order_by("level", "title"),
        "near": Occupation.objects.filter(pk__in=occupation.near_codes).order_by("label"),
    }
    return render(request, "catalog/occupation_detail.html", context)


def _start(code: str) -> Occupation | None:
    return (
        Occupation.objects.prefetch_related("skills").filter(pk=code.upper()[:5].replace("\x00", "")).first()
    )
