"""Reuse the fixtures of the part's own tests."""

from ....account.email.conftest import device

__all__ = ["device"]
