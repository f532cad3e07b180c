"""The local contract: a business system posts a plain SOAP message, the gateway signs, traces and forwards it."""
