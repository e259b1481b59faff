"""Hand on what the part's own tests use."""

from ....account.email.conftest import device

__all__ = ["device"]
