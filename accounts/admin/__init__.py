"""The back office of this room. Other rooms build theirs on `accounts.admin.base`."""

from accounts.admin import evidence, holders, users, work

__all__ = ["evidence", "holders", "users", "work"]
