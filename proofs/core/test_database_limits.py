"""A request waits seconds for the database, not minutes, and then gets an error."""

import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Dialect, QueuePool, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError, TimeoutError as PoolTimeout

from my_flask_app.core.db import db, postgres
from my_flask_app.core.db.postgres import (
    IDLE_SECONDS,
    SERVER_TIMEOUTS,
    WAIT_SECONDS,
    engine_options,
    probe_idle_connections,
)
from my_flask_app.core.environ import ConfigError

from ...conftest import MakeApp
from ...support.http import Browser
from ...support.settings import disconnect

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


def test_on_sqlite_no_reader_waits_for_waiting_writers(
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


def test_an_idle_connection_closed_by_the_server_causes_no_error(
    make_app: MakeApp, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    client, other = Browser(app), Browser(app)
    client.login()
    # The pool is left with the one that is closed below: a later test would get it otherwise.
    disconnect()
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            pytest.skip("SQLite has no server")
        mine = text("SELECT pg_backend_pid()")
        pid = connection.scalar(mine)
    monkeypatch.setattr(postgres, "IDLE_SECONDS", 0)
    others = create_engine(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])
    with others.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    others.dispose()
    assert other.login().status_code == 303
    with app.app_context(), db.engine.connect() as connection:
        assert connection.scalar(mine) != pid


def driver_options(query: str) -> dict[str, Any]:
    """Return the arguments for the driver."""
    url = make_url(f"{URL}?{query}")
    engine, seen = create_engine(url, **engine_options(url)), []

    def connect(dialect: Dialect, record: object, args: object, options: dict[str, Any]) -> None:
        seen.append(options)
        raise InterruptedError

    event.listen(engine, "do_connect", connect)
    with pytest.raises(InterruptedError):
        engine.connect()
    return seen[0]


def test_what_the_url_says_wins() -> None:
    said = driver_options("connect_timeout=2&options=-cstatement_timeout%3D1s")
    assert said["connect_timeout"] == "2"
    ours, *last = said["options"].rpartition("-cstatement_timeout=1s")
    for limit in ("lock_timeout=5s", "statement_timeout=10s", "session_timeout=60s"):
        assert limit in ours
    assert last == ["-cstatement_timeout=1s", ""]
    unsaid = engine_options(make_url(URL))
    assert (unsaid["pool_size"], unsaid["max_overflow"]) == (10, 0)
    assert driver_options("")["connect_timeout"] == unsaid["pool_timeout"] == WAIT_SECONDS
    # Several hosts: the driver uses the first that answers.
    several = driver_options("host=a.example:5433&host=b.example")
    assert (several["host"], several["port"]) == ("a.example,b.example", "5433,")


@pytest.mark.parametrize(("said", "given"), [("none", None), ("None", None), ("0", 0), ("9", 9)])
def test_statements_are_prepared_as_the_url_says(said: str, given: int | None) -> None:
    """The driver compares with a number: a text would break each request."""
    assert driver_options(f"prepare_threshold={said}")["prepare_threshold"] == given
    assert "prepare_threshold" not in driver_options("")


@pytest.mark.parametrize(
    "query",
    [
        *("prepare_threshold=-1", "prepare_threshold=off", "autocommit=true"),
        *("row_factory=dict_row", "ssl=require", "port=many"),
    ],
)
def test_an_option_that_the_driver_would_not_take_is_refused(make_app: MakeApp, query: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make_app(database_url=f"{URL}?{query}")
    assert str(refused.value).startswith("DATABASE_URL ")
    assert "\n" not in str(refused.value)


class Away(sqlite3.Connection):
    """A connection that fails after the server has closed it."""

    closed = False

    def cursor(self, *given: Any) -> Any:
        if self.closed:
            raise sqlite3.OperationalError("closed by the server")
        return super().cursor(*given)


def test_a_connection_that_was_idle_is_tested_before_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sleeping server closes it, and the first login of the morning would be a 503."""
    moment = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    file, made = tmp_path / "app.sqlite", []

    def connect() -> sqlite3.Connection:
        made.append(sqlite3.connect(file, factory=Away))
        return made[-1]

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    probe_idle_connections(engine)

    def ask() -> None:
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1

    ask()
    made[0].closed = True
    moment += IDLE_SECONDS - 1
    # A connection that was just in use is not tested before the statement.
    with pytest.raises(OperationalError, match="closed by the server"):
        ask()
    moment += IDLE_SECONDS
    ask()
    assert len(made) == 2
    engine.dispose()
