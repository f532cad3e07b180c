"""One path for every line: standard logging and structlog meet in one formatter, which masks, then writes."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from cpa_portal.kernel.logs.context import add_request_id
from cpa_portal.kernel.masking import mask_structure, mask_text

# At their lower levels these write whole messages, SQL with its parameters, or addresses with their query.
TALKATIVE_LOGGERS = (
    "django.db.backends", "django.template", "httpcore", "httpx", "urllib3", "requests", "zeep", "saml2",
    "onelogin", "asyncio", "faker", "factory",
)  # fmt: skip
# Loggers to which Django or a server attaches handlers of its own, which would write without masking.
_LOGGERS_WITH_HANDLERS = ("django", "django.server", "gunicorn.error", "gunicorn.access", "celery")
# The repr of a request shows its address with the query; the message already names the path.
_DROPPED_EXTRAS = ("request", "color_message", "websocket")


class MaskedStreamHandler(logging.StreamHandler[Any]):
    """Writes to what standard output is at that moment, and says of its own failures only their nature.

    The standard handler prints the arguments of a line that it could not format, unmasked.
    """

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stdout
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        fault = sys.exc_info()[0]
        name = mask_text(record.name)
        sys.stderr.write(f"a log line of {name} was lost: {fault.__name__ if fault else 'unknown fault'}\n")


def logging_configuration(*, json: bool, level: str) -> dict[str, Any]:
    """The value of `settings.LOGGING`: JSON lines, or readable ones for development; `level` as "INFO".

    Also points structlog to the same path. The dictionary suits gunicorn's `logconfig_dict` as well.
    """
    _configure_structlog()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"masked": {"()": _formatter, "json": json}},
        "handlers": {"stdout": {"()": MaskedStreamHandler, "formatter": "masked"}},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            **{name: {"handlers": [], "propagate": True} for name in _LOGGERS_WITH_HANDLERS},
            **{name: {"level": "WARNING"} for name in TALKATIVE_LOGGERS},
        },
    }


def mask_event(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The structlog processor that masks message, values, exception text; the last before the writing."""
    for name in _DROPPED_EXTRAS:
        event.pop(name, None)
    masked: EventDict = mask_structure(event)
    return masked


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        add_request_id,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(*, json: bool) -> logging.Formatter:
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared_processors(), structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            mask_event,
            renderer,
        ],
    )
