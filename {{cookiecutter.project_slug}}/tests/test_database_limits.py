"""Whoever asks the database waits seconds, not minutes, and then learns that it is busy."""

from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy import make_url, text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from {{ cookiecutter.project_slug }}.db import db
from {{ cookiecutter.project_slug }}.postgres import (
    SERVER_TIMEOUTS,
    WAIT_SECONDS,
    engine_options,
)

from .browser import Browser
from .conftest import MakeApp

URL = "postgresql+psycopg://app@db.example/app"


def test_without_a_free_connection_the_answer_is_503(
    make_app: MakeApp, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    client, late = Browser(app), Browser(app)
    client.login()
    with app.app_context(), ExitStack() as held:
        monkeypatch.setattr(db.engine.pool, "_timeout", 0.01)
        monkeypatch.setattr(db.engine.pool, "_max_overflow", 0)
        with pytest.raises(PoolTimeout):
            while True:
                held.enter_context(db.engine.connect())
        for path in ("/healthz", "/account/"):
            assert client.get(path).status_code == 503
        refused = late.login()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert not late.jar()
    assert client.is_signed_in()


def test_on_sqlite_no_reader_waits_for_those_who_wait_to_write(
    client: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), ExitStack() as held:
        if db.engine.dialect.name != "sqlite":
            pytest.skip("on PostgreSQL nobody waits for others to write")
        monkeypatch.setattr(db.engine.pool, "_timeout", 0.01)
        for _ in range(30):
            held.enter_context(db.engine.connect())
        assert client.get("/healthz").status_code == 200


def test_the_server_is_told_how_long_to_work(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            pytest.skip("SQLite has no server")
        told = {
            name: connection.scalar(text(f"SHOW {name}")).replace("1min", "60s")
            for name in SERVER_TIMEOUTS
        }
    assert told == SERVER_TIMEOUTS


def test_what_the_url_says_wins() -> None:
    said = engine_options(make_url(f"{URL}?connect_timeout=2&options=-cstatement_timeout%3D1s"))
    assert said["connect_args"]["connect_timeout"] == "2"
    ours, *last = said["connect_args"]["options"].rpartition("-cstatement_timeout=1s")
    for limit in ("lock_timeout=5s", "statement_timeout=10s", "session_timeout=60s"):
        assert limit in ours
    assert last == ["-cstatement_timeout=1s", ""]
    unsaid = engine_options(make_url(URL))
    assert (unsaid["pool_size"], unsaid["max_overflow"]) == (10, 0)
    assert unsaid["connect_args"]["connect_timeout"] == unsaid["pool_timeout"] == WAIT_SECONDS
