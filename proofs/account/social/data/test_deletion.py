"""A user without a password deletes the account after another proof."""

from flask import Flask

from .....support.http import Browser
from .....support.sql import rows
from ..trips import CONFIRM, arrive, connections

PAGE = "/auth/confirm"


def test_deletion_without_a_password_needs_a_recent_proof(ana: Browser, trusting: Flask) -> None:
    assert ana.post("/account/delete").location.startswith(PAGE)
    arrive(ana, CONFIRM)
    assert ana.post("/account/delete").status_code == 303
    assert rows(trusting, "SELECT id FROM users") == []
    assert connections(trusting) == []
