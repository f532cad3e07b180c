"""The back office of this room. Other rooms build theirs on `accounts.admin.base`."""

from accounts.admin import data_requests, evidence, holders, saml, users, work

__all__ = ["data_requests", "evidence", "holders", "saml", "users", "work"]
