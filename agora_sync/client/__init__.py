"""Our end of an exchange: one connector, one method per operation, three ways to fail."""

from agora_sync.client.connector import AgoraConnector
from agora_sync.client.outcomes import ExchangeFailure, Malformed, Refused, Unavailable

__all__ = ["AgoraConnector", "ExchangeFailure", "Malformed", "Refused", "Unavailable"]
