"""Structured logs on standard output, without personal data, each line bearing the request it belongs to."""

from cpa_portal.kernel.logs.configuration import logging_configuration
from cpa_portal.kernel.logs.context import current_request_id, request_context
from cpa_portal.kernel.logs.middleware import RequestLogMiddleware

__all__ = ["RequestLogMiddleware", "current_request_id", "logging_configuration", "request_context"]
