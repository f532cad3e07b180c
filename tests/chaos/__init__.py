"""Trials by accident: many at once, and processes killed at any moment. Run by `bin/chaos`."""
