"""What really comes out of the loggers: nothing personal, valid JSON, the identifier of the request."""

import json
import logging
import logging.config
import sys

import pytest
import structlog
from celery.utils.log import get_task_logger
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import ResolverMatch

from cpa_portal.celery import app
from cpa_portal.kernel.identifiers import fictitious_nir, format_nir
from cpa_portal.kernel.logs import (
    RequestLogMiddleware,
    current_request_id,
    logging_configuration,
    request_context,
)

NIR = fictitious_nir(1)
EMAIL = "camille.martin@exemple.fr"
BEARER = "Bearer mF_9.B5f-4.1JqM"
SESSION_KEY = "k3v9x0qzt5m2w8yb7n1c4d6f0g2h5j7l"
SECRETS = (NIR, NIR[1:13], "camille", "mF_9", SESSION_KEY, "99 00 12")
SENSITIVE = f"{NIR} {format_nir(NIR)} {EMAIL} {BEARER} sessionid={SESSION_KEY} 01 99 00 12 78"

standard = logging.getLogger("tests.kernel.standard")
structured = structlog.stdlib.get_logger("tests.kernel.structured")


class Clumsy:
    """An object whose representation tells too much."""

    def __repr__(self):
        return f"<Clumsy {SENSITIVE}>"


@pytest.fixture(autouse=True)
def _restored_logging():
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture(params=[True, False], ids=["json", "text"])
def configured(request):
    """The configuration of production, as JSON and as text."""
    logging.config.dictConfig(logging_configuration(json=request.param, level="DEBUG"))
    return request.param


def _fail():
    numero = NIR
    raise ValueError(f"refusé {numero} {SENSITIVE}") from KeyError(EMAIL)


def _log_in_every_way():
    standard.info("message %s", SENSITIVE)
    standard.warning(SENSITIVE)
    standard.info("arguments %(nir)s %(other)s", {"nir": NIR, "other": [EMAIL, {"deep": BEARER}]})
    standard.info("extras", extra={"nir": NIR, "data": {"mail": EMAIL}, "note": SENSITIVE, "who": Clumsy()})
    standard.info("number %d", int(NIR), extra={"count": int(NIR)})
    standard.info("object %r", Clumsy())
    standard.info(Clumsy())
    standard.info("stack", stack_info=True)
    structured.info(SENSITIVE)
    structured.info(
        "values", nir=NIR, note=SENSITIVE, who=Clumsy(), tree=[{"a": (SENSITIVE,)}], raw=NIR.encode()
    )
    structured.bind(holder=EMAIL).warning("bound %s", SENSITIVE)
    structured.info("number", count=int(NIR))
    try:
        _fail()
    except ValueError:
        standard.exception("exception")
        structured.exception("exception")
        structured.error("exception", exc_info=True)
    logging.getLogger("django.request").error("Not Found: %s", f"/x/{NIR}", extra={"request": Clumsy()})
    logging.getLogger("django.server").info('"GET /?q=%s" 200', EMAIL)


def test_logs_of_every_kind_hold_no_personal_data(configured, capsys):
    _log_in_every_way()

    captured = capsys.readouterr()
    written = captured.out
    assert captured.err == ""
    for secret in SECRETS:
        assert secret not in written
    assert written.count("Traceback (most recent call last)") >= 3
    assert len(written.splitlines()) >= 17
    if configured:
        lines = [json.loads(line) for line in written.splitlines()]
        assert all({"event", "level", "logger", "timestamp"} <= line.keys() for line in lines)
        assert not any("request" in line for line in lines)
        assert "refusé" in written


def test_log_line_that_cannot_be_formatted_tells_no_argument(capsys):
    logging.config.dictConfig(logging_configuration(json=True, level="DEBUG"))

    standard.info("two %s %s", NIR)

    captured = capsys.readouterr()
    assert NIR not in captured.out + captured.err
    assert "was lost: TypeError" in captured.err


def test_log_lines_of_a_request_bear_its_identifier(capsys):
    logging.config.dictConfig(logging_configuration(json=True, level="INFO"))

    with request_context("abcdefgh"):
        standard.info("inside")
        structured.info("inside")
    standard.info("outside")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("request_id") for line in lines] == ["abcdefgh", "abcdefgh", None]
    assert current_request_id() == ""


def test_logging_configuration_quiets_what_writes_whole_messages(capsys):
    logging.config.dictConfig(logging_configuration(json=True, level="DEBUG"))

    for name in ("zeep.transports", "httpx", "django.db.backends"):
        logging.getLogger(name).info("https://exemple.fr/?q=nom-de-famille")

    assert capsys.readouterr().out == ""


def _respond(given="", *, status=200, path="/formations/?q=nom-de-famille", method="GET"):
    def view(request: HttpRequest) -> HttpResponse:
        request.resolver_match = ResolverMatch(view, (), {}, "training_list", ["catalog"], ["catalog"])
        view.seen = current_request_id()
        return HttpResponse(status=status)

    headers = {"X-Request-Id": given} if given else {}
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        response = RequestLogMiddleware(view)(RequestFactory().generic(method, path, headers=headers))
    return response, view.seen


@pytest.mark.parametrize(("status", "level"), [(200, "info"), (404, "info"), (503, "error")])
def test_request_log_tells_route_status_and_duration_without_the_address(capsys, status, level):
    logging.config.dictConfig(logging_configuration(json=True, level="INFO"))

    response, seen = _respond(status=status)

    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["method"], line["route"]) == ("request", "GET", "catalog:training_list")
    assert (line["status"], line["level"]) == (status, level)
    assert isinstance(line["duration_ms"], int)
    assert line["request_id"] == response["X-Request-Id"] == seen != ""
    assert "nom-de-famille" not in json.dumps(line)


def test_request_log_of_an_invented_method_names_none(capsys):
    logging.config.dictConfig(logging_configuration(json=True, level="INFO"))

    _respond(method="INVENTED")

    assert json.loads(capsys.readouterr().out)["method"] == "OTHER"


def test_request_id_given_in_a_safe_charset_is_kept():
    response, seen = _respond("front-1234.abcd")

    assert response["X-Request-Id"] == seen == "front-1234.abcd"


@pytest.mark.parametrize(
    "given", ["short", "a" * 65, "abcdefgh\t", "abcd efgh", "<script>alert", "é" * 10, "-" * 10]
)
def test_request_id_beyond_the_safe_charset_is_replaced(given):
    response, _ = _respond(given)

    assert response["X-Request-Id"] != given
    assert response["X-Request-Id"].isalpha()


def test_request_ids_differ_from_one_request_to_the_next():
    assert len({_respond()[1] for _ in range(20)}) == 20


def test_log_lines_of_a_worker_pass_the_same_way(capsys):
    logging.config.dictConfig(logging_configuration(json=True, level="INFO"))

    app.log.setup(loglevel="INFO", redirect_stdouts=True)
    get_task_logger("accounts.tasks").warning("task for %s", EMAIL)
    logging.getLogger("celery.app.trace").error("Task raised: %s", ValueError(NIR))

    captured = capsys.readouterr()
    assert captured.err == ""
    assert [json.loads(line)["event"] for line in captured.out.splitlines()] == [
        "task for [courriel masqué]",
        "Task raised: [NIR masqué]",
    ]


def test_log_output_follows_standard_output(capsys):
    logging.config.dictConfig(logging_configuration(json=True, level="INFO"))

    standard.info("first")
    capsys.readouterr()
    standard.info("second")

    assert json.loads(capsys.readouterr().out)["event"] == "second"
    assert sys.stdout is not None
