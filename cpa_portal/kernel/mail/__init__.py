"""E-mail kept as files, for the demonstration and for tests: one `.eml` per message, readable by any mail program."""

from cpa_portal.kernel.mail.eml_files import EmlFileBackend

__all__ = ["EmlFileBackend"]
