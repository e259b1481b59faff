"""Ending a session and changing its account lock the same rows in the same order."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from my_flask_app.auth import accounts, sessions
from my_flask_app.core.db import db

from ....support.accounts import handles
from ....support.http import EMAIL, Browser
from ...support.sql import until_it_waits


def test_a_session_that_ends_with_its_account_changed_fails_neither(
    app: Flask, client: Browser, user: str
) -> None:
    """Both lock the account's row first; another order can deadlock."""
    Browser(app).login()
    client.login()
    doomed = handles(app)[-1]
    with ThreadPoolExecutor(1) as thread, app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite has one writer: nobody holds one row and waits for another")
        owner = accounts.find(EMAIL)
        assert owner is not None
        accounts.lock(owner.id)
        answer = thread.submit(client.post, f"/account/sessions/{doomed}/end")
        until_it_waits(answer, db.session.connection())
        assert sessions.end_session(owner, doomed)
        db.session.commit()
        assert answer.result().status_code == 404
