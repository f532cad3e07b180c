from accounts.views.requests import HolderRequest

__all__ = ["HolderRequest"]
