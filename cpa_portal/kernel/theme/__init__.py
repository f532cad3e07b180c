"""Which clothes the portal wears: the State's, or neutral ones, and whether it is a demonstration."""

from cpa_portal.kernel.theme.portal import Portal, context, current_portal

__all__ = ["Portal", "context", "current_portal"]
