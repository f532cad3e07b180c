"""Opening one's account: one question a page, answers checked, then one answer of ours that tells no secret."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.exceptions import ActivationRefused, CodeRefused, TooManyAttempts
from accounts.forms.activation import BirthForm, CodeForm, NameForm, NumberForm
from accounts.permissions import may_activate
from accounts.rules.birth_dates import BirthDate
from accounts.services.activation import activate_by_code, activate_by_identity, request_activation_letter
from cpa_portal.kernel.access import requires
from cpa_portal.kernel.encryption import UnreadableToken, decrypt, encrypt
from cpa_portal.kernel.masking import mask_nir

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

SESSION_KEY = "activation_answers"
OPENED = "accounts:diploma_question"
TOO_MANY = 429


@dataclass(frozen=True)
class Question:
    """One page of the journey. `answer`: the key under which its answer is kept."""

    answer: str
    title: str
    form: type[Form]
    url_name: str


QUESTIONS = (
    Question(
        "number", "Quel est votre numéro de sécurité sociale ?", NumberForm, "accounts:activation_number"
    ),
    Question("birth_name", "Quel est votre nom de naissance ?", NameForm, "accounts:activation_name"),
    Question("birth_date", "Quelle est votre date de naissance ?", BirthForm, "accounts:activation_birth"),
)
CHECK = "accounts:activation_check"
STEPS = (*(question.title for question in QUESTIONS), "Vérifiez vos réponses")


@requires(may_activate)
@never_cache
@require_safe
def activation_start(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/activation_start.html")


@requires(may_activate)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activation_number(request: HttpRequest) -> HttpResponse:
    return _ask(request, 0)


@requires(may_activate)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activation_name(request: HttpRequest) -> HttpResponse:
    return _ask(request, 1)


@requires(may_activate)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activation_birth(request: HttpRequest) -> HttpResponse:
    return _ask(request, 2)


@requires(may_activate)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activation_check(request: HttpRequest) -> HttpResponse:
    answers = _answers(request)
    missing = next((question for question in QUESTIONS if question.answer not in answers), None)
    if missing is not None:
        return redirect(missing.url_name)
    if request.method != "POST":
        return render(request, "accounts/activation_check.html", _check_context(answers))
    wants_letter = request.POST.get("way") == "letter"
    return _ask_letter(request, answers) if wants_letter else _activate(request, answers)


@requires(may_activate)
@never_cache
@require_safe
def activation_refused(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/activation_refused.html", {"refusal": ActivationRefused()})


@requires(may_activate)
@never_cache
@require_safe
def activation_letter_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/activation_letter_sent.html")


@requires(may_activate)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activation_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            activate_by_code(
                user=_user(request), code=form.cleaned_data["code"], origin=client_origin(request)
            )
        except TooManyAttempts as refusal:
            return _too_many(request, refusal)
        except CodeRefused as refusal:
            form.add_error("code", refusal.message)
        else:
            return _opened(request)
    return render(request, "accounts/activation_code.html", {"form": form})


def _ask(request: HttpRequest, rank: int) -> HttpResponse:
    question, answers = QUESTIONS[rank], _answers(request)
    form = question.form(request.POST or None, initial=_initial(question, answers))
    if form.is_valid():
        _keep(request, answers | {question.answer: str(form.cleaned_data[question.answer])})
        return redirect(_next_page(rank, came_back=len(answers) == len(QUESTIONS)))
    context = {
        "form": form,
        "title": question.title,
        "step": rank + 1,
        "steps": len(STEPS),
        "next_title": STEPS[rank + 1],
        "back": QUESTIONS[rank - 1].url_name if rank else "accounts:activation_start",
    }
    return render(request, "accounts/activation_question.html", context)


def _next_page(rank: int, *, came_back: bool) -> str:
    """The next question; who came back to correct one answer returns to the check."""
    is_last = rank + 1 == len(QUESTIONS)
    return CHECK if came_back or is_last else QUESTIONS[rank + 1].url_name


def _activate(request: HttpRequest, answers: dict[str, str]) -> HttpResponse:
    try:
        activate_by_identity(user=_user(request), origin=client_origin(request), **_identity(answers))
    except TooManyAttempts as refusal:
        return _too_many(request, refusal)
    except ActivationRefused:
        return redirect("accounts:activation_refused")
    return _opened(request)


def _ask_letter(request: HttpRequest, answers: dict[str, str]) -> HttpResponse:
    try:
        request_activation_letter(user=_user(request), origin=client_origin(request), **_identity(answers))
    except TooManyAttempts as refusal:
        return _too_many(request, refusal)
    return redirect("accounts:activation_letter_sent")


def _opened(request: HttpRequest) -> HttpResponse:
    request.session.pop(SESSION_KEY, None)
    return redirect(OPENED)


def _too_many(request: HttpRequest, refusal: TooManyAttempts) -> HttpResponse:
    return render(request, "accounts/activation_refused.html", {"refusal": refusal}, status=TOO_MANY)


def _answers(request: HttpRequest) -> dict[str, str]:
    """What was answered so far. Sessions lie in the database: the answers are sealed there."""
    try:
        answers: dict[str, str] = json.loads(decrypt(request.session[SESSION_KEY]))
    except (KeyError, UnreadableToken):
        return {}
    return answers


def _keep(request: HttpRequest, answers: dict[str, str]) -> None:
    request.session[SESSION_KEY] = encrypt(json.dumps(answers))


def _initial(question: Question, answers: dict[str, str]) -> dict[str, Any]:
    answer = answers.get(question.answer)
    if answer is None or question.answer == "number":
        # The number is never written back into a page.
        return {}
    return {question.answer: BirthDate.parse(answer) if question.answer == "birth_date" else answer}


def _identity(answers: dict[str, str]) -> dict[str, Any]:
    return {**answers, "birth_date": BirthDate.parse(answers["birth_date"])}


def _check_context(answers: dict[str, str]) -> dict[str, Any]:
    return {
        "number": mask_nir(answers["number"]),
        "birth_name": answers["birth_name"],
        "birth_date": BirthDate.parse(answers["birth_date"]),
        "step": len(STEPS),
        "steps": len(STEPS),
    }


def _user(request: HttpRequest) -> Any:
    return request.user


def client_origin(request: HttpRequest) -> str:
    return get_adapter(request).get_client_ip(request) or "unknown"
