"""The back office of this room: read only, each consultation written in the access log."""

from rights.admin import counters, training_files

__all__ = ["counters", "training_files"]
