"""Ending a session and changing its account lock the same rows in the same order."""

from flask import Flask

from my_flask_app.auth import sessions
from my_flask_app.models import User

from ....support.accounts import handles
from ....support.http import Browser
from ...support.sql import overtaken_at_its_account


def test_a_session_that_ends_with_its_account_changed_fails_neither(
    app: Flask, client: Browser, user: str
) -> None:
    Browser(app).login()
    client.login()
    doomed = handles(app)[-1]

    def end(owner: User) -> None:
        assert sessions.end_session(owner, doomed)

    path = f"/account/sessions/{doomed}/end"
    assert overtaken_at_its_account(app, lambda: client.post(path), end).status_code == 404
