"""Refusals of the open API as `application/problem+json` (RFC 9457): a title, a status, a sentence, the fields."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

TITLES = {
    400: "La demande est incorrecte",
    401: "Il faut s'identifier",
    403: "Cet accès n'est pas permis",
    404: "Cette ressource n'existe pas",
    405: "Cette méthode n'est pas permise",
    406: "Ce format n'est pas proposé",
    415: "Ce format n'est pas lu",
    429: "Trop de demandes",
}


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None for what DRF does not know: Django answers 500 with no detail."""
    response = exception_handler(error, context)
    if response is None:
        return None
    fields = list(_fields(response.data)) if isinstance(error, ValidationError) else []
    response.data = {
        "type": "about:blank",
        "title": TITLES.get(response.status_code, HTTPStatus(response.status_code).phrase),
        "status": response.status_code,
        "detail": _detail(response.data),
        **({"errors": fields} if fields else {}),
    }
    response.content_type = ProblemRenderer.media_type
    request = context.get("request")
    if request is not None:
        request.accepted_renderer = ProblemRenderer()
        request.accepted_media_type = ProblemRenderer.media_type
    return response


def _detail(data: Any) -> str:
    if isinstance(data, dict) and "detail" in data:
        return str(data["detail"])
    return "Certaines valeurs ne conviennent pas."


def _fields(data: Any) -> Iterator[dict[str, str]]:
    if not isinstance(data, dict):
        return
    for name, messages in data.items():
        for message in messages if isinstance(messages, list) else [messages]:
            yield {"field": str(name), "message": str(message)}
