"""What a view leaves undone is undone; sessions and counters are kept apart from it."""

from collections.abc import Callable

import pytest
from flask import Flask, flash
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import passwords

from .acting import NEW_PASSWORD, change_password
from .browser import EMAIL, PASSWORD, Browser
from .conftest import MakeApp
from .hashing import watch_hashing
from .inside import db, leave_undone, page, rows, signed_in_user
from .letters import ask_for_link
from .set_cookies import set_cookies
from .statements import broken_database, connections, selects, statements


@pytest.fixture
def unfinished(make_app: MakeApp) -> Flask:
    """Return an app whose views leave their work undone, each in its own way."""
    app = make_app()
    # As it is outside tests: an error is answered, not raised.
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @page(app)
    def forget() -> ResponseReturnValue:
        leave_undone("undone@example.com")
        flash("Forgotten.")
        return "done"

    @page(app)
    def conflict() -> ResponseReturnValue:
        leave_undone("undone@example.com")
        flash("In conflict.")
        return "conflict", 409

    @page(app)
    def fail() -> ResponseReturnValue:
        leave_undone("undone@example.com")
        flash("Failed.")
        raise RuntimeError("the view failed")

    @page(app)
    def clash() -> ResponseReturnValue:
        flash("Clashed.")
        leave_undone(signed_in_user().email)
        return "never reached"

    return app


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/forget", 200, "Forgotten."),
        ("/conflict", 409, "In conflict."),
        ("/fail", 500, "Failed."),
        ("/clash", 500, "Clashed."),
    ],
)
def test_a_view_that_does_not_commit_leaves_nothing_but_its_session(
    unfinished: Flask, user: str, path: str, status: int, message: str
) -> None:
    client = Browser(unfinished)
    client.login()
    for method in ("GET", "POST"):
        answer = client.open(path, method=method)
        assert answer.status_code == status
        assert rows(unfinished, "SELECT email FROM users") == [{"email": EMAIL}]
        # An error page shows the message itself.
        assert message in answer.text + client.get("/").text
    assert client.is_signed_in()


def test_the_error_page_of_a_failed_write_still_knows_its_reader(
    unfinished: Flask, user: str
) -> None:
    client = Browser(unfinished)
    client.login()
    answer = client.post("/clash")
    assert answer.status_code == 500
    assert 'action="/auth/logout"' in answer.text


def test_the_page_for_a_lost_database_does_not_ask_it_again(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    with broken_database(app, "UPDATE users"):
        answer = client.post("/account/", data={"name": "Anna", "language": "en"})
    assert answer.status_code == 503
    assert "Back in a moment" in answer.text
    assert client.name() == "Ana"


def test_a_page_costs_one_select_for_a_user_and_none_for_others(
    app: Flask, client: Browser, user: str
) -> None:
    def cost(path: str) -> int:
        with statements(app) as run:
            client.get(path)
        return len(selects(run))

    assert [cost("/"), cost("/nowhere"), cost("/account/")] == [0, 0, 0]
    client.login()
    assert [cost("/"), cost("/nowhere"), cost("/account/")] == [1, 1, 1]
    assert [cost("/static/style.css"), cost("/static/none")] == [0, 0]


def test_reading_writes_nothing(app: Flask, client: Browser, user: str) -> None:
    client.login()
    client.get("/")
    with statements(app) as run:
        client.get("/account/")
        client.get("/healthz")
    # Nor does it wait for whoever writes, as IMMEDIATE would.
    assert {statement.split()[0] for statement in run} <= {"BEGIN", "SELECT"}
    assert "BEGIN IMMEDIATE" not in run


@pytest.mark.parametrize("path", ["/healthz", "/account/"])
def test_a_request_holds_one_connection_at_a_time(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture, path: str
) -> None:
    # Were it two, as many requests as there are would wait for one another.
    with connections(app) as in_use:
        client.login()
        # By now it is due to be noted that the session is in use.
        clock.shift(300)
        assert client.get(path).status_code == 200
        assert change_password(client) == 303
    assert set(in_use) == {1}


def confirm(client: Browser) -> int:
    return client.post("/auth/confirm", data={"password": PASSWORD}).status_code


def finish(start: str, email: str) -> Callable[[Browser], int]:
    def act(client: Browser) -> int:
        client.get(ask_for_link(client, start, email))
        form = {"name": "Bob", "password": NEW_PASSWORD}
        return client.post(f"{start}/finish", data=form).status_code

    return act


@pytest.mark.parametrize(
    ("act", "chosen"),
    [
        pytest.param(lambda client: client.login().status_code, False, id="login"),
        pytest.param(
            lambda client: client.login().status_code and change_password(client),
            True,
            id="password change",
        ),
        pytest.param(
            lambda client: client.login().status_code and confirm(client), False, id="confirmation"
        ),
        pytest.param(finish("/auth/register", "bob@example.com"), True, id="register"),
        pytest.param(finish("/auth/reset", EMAIL), True, id="reset"),
    ],
)
def test_no_transaction_is_open_while_a_password_is_judged_or_hashed(
    client: Browser,
    user: str,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Browser], int],
    chosen: bool,
) -> None:
    # There is one writer in SQLite: everybody would wait for the hash.
    judged: list[bool] = []
    hashed: list[bool] = []

    def judge(password: str) -> dict[str, int]:
        judged.append(db.session.in_transaction())
        return {"score": 4}

    monkeypatch.setattr(passwords, "zxcvbn", judge)
    watch_hashing(monkeypatch, lambda: hashed.append(db.session.in_transaction()))
    assert act(client) == 303
    assert bool(judged) is chosen
    assert hashed
    assert not any(judged + hashed)


@pytest.mark.parametrize("path", ["/", "/account/", "/healthz", "/nowhere"])
def test_nobody_is_let_in_while_the_database_is_away(
    app: Flask, client: Browser, user: str, path: str
) -> None:
    client.login(remember="y")
    with broken_database(app):
        answer = client.get(path)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert not set_cookies(answer)
    assert client.is_signed_in()


@pytest.mark.parametrize(
    "statement", ["INSERT INTO events", "DELETE FROM throttles", "BEGIN IMMEDIATE"]
)
def test_a_login_that_cannot_be_written_down_is_none(
    make_app: MakeApp, user: str, statement: str
) -> None:
    app = make_app()
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"]
    if statement.startswith("BEGIN") and not url.startswith("sqlite"):
        pytest.skip("only SQLite begins by a statement of ours")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = Browser(app)
    with broken_database(app, statement):
        answer = client.login()
    assert answer.status_code == 503
    assert not client.jar()
    assert client.login().status_code == 303
