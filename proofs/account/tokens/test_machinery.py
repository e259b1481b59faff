"""What only the machinery of tokens could break."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.account.tokens import store, token_allowed
from my_flask_app.auth.guards import login_not_required, recent_login_required
from my_flask_app.core.db import db

from ....account.tokens.programs import API, PAGE, add_api, make_token, use
from ....conftest import MakeApp
from ....support.accounts import add_user, change_user
from ....support.html import asking, words_of
from ....support.http import EMAIL, Browser, View
from ....support.mail import letters
from ....support.sql import meanwhile, rows, run_sql
from ...support.sql import overtaken_at_its_account

DAY = 24 * 60 * 60


@pytest.fixture
def ana(configure: MakeApp, user: str) -> Browser:
    """Return a browser in which Ana is signed in."""
    browser = Browser(configure(add_api))
    browser.login()
    return browser


def test_no_view_that_came_with_the_project_takes_tokens(app: Flask) -> None:
    views = app.view_functions.items()
    marked = [name for name, view in views if hasattr(view, "takes_tokens")]
    assert marked == []


@pytest.mark.parametrize("sent", ["\xff", "\x00", "a" * 10_000, 'a="b"', ", ,", "\t", "%00", "[]"])
def test_garbage_in_the_header_is_a_wrong_token(ana: Browser, sent: str) -> None:
    assert use(ana, sent).status_code == 401
    assert ana.get(API, headers={"Authorization": f"bEARER {sent}"}).status_code == 401


def test_the_mark_works_above_the_route_too_and_below_other_marks(
    make_app: MakeApp, ana: Browser
) -> None:
    def view() -> str:
        return "seen"

    app = make_app()
    marked: dict[str, View] = {
        "/above": token_allowed(view),
        "/proved": recent_login_required(token_allowed(lambda: "seen")),
        "/open": login_not_required(token_allowed(lambda: "seen")),
    }
    for path, shown in marked.items():
        app.add_url_rule(path, endpoint=path[1:], view_func=shown)
    token, program = make_token(ana), Browser(app)
    statuses = [use(program, token, path).status_code for path in marked]
    assert statuses == [200, 403, 200]
    assert use(program, "wrong", "/open").status_code == 401


def test_every_answer_to_a_token_is_json(configure: MakeApp, ana: Browser) -> None:
    token = make_token(ana)
    strict = Browser(configure(add_api, require_second_factor=True))
    answers = [use(strict, token), use(strict, token, "/nothing")]
    assert [answer.status_code for answer in answers] == [403, 404]
    assert all(answer.json and "error" in answer.json for answer in answers)


def test_a_busy_database_does_not_delay_a_token(app: Flask, ana: Browser) -> None:
    token = make_token(ana)
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE api_tokens SET name = 'held'")
        assert meanwhile(lambda: use(ana, token).status_code) == 200
    assert rows(app, "SELECT used_at FROM api_tokens") == [{"used_at": None}]
    assert use(ana, token).status_code == 200
    assert rows(app, "SELECT used_at FROM api_tokens") != [{"used_at": None}]


def test_expired_tokens_are_hidden_and_purged(
    app: Flask, ana: Browser, clock: TimeMachineFixture
) -> None:
    make_token(ana, name="Short", days="1")
    make_token(ana, name="Long", days="365")
    clock.shift(DAY)
    ana.login()
    shown = words_of(ana.get(PAGE))
    assert ("Short" in shown, "Long" in shown) == (False, True)
    with app.app_context():
        assert store.purge() == 1
    assert rows(app, "SELECT name FROM api_tokens") == [{"name": "Long"}]


def test_a_deleted_account_leaves_no_token(app: Flask, ana: Browser) -> None:
    token = make_token(ana)
    run_sql(app, "DELETE FROM users")
    assert use(Browser(ana.application), token).status_code == 401
    assert rows(app, "SELECT id FROM api_tokens") == []


def test_disabling_ends_the_tokens_of_no_other_account(app: Flask, ana: Browser) -> None:
    token = make_token(ana)
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    app.test_cli_runner().invoke(args=["user", "disable", "bob@example.com"])
    assert use(Browser(ana.application), token).status_code == 200


def test_pages_and_mails_are_in_the_language_of_the_user(app: Flask, ana: Browser) -> None:
    with app.app_context():
        change_user(EMAIL, language="pt_BR")
    make_token(ana, name="Backup")
    (mail,) = [one for one in letters(app) if "Tokens de API" in one["Subject"]]
    assert "Um token de API foi criado: Backup" in mail.get_content()
    shown = ana.get(PAGE).text
    assert "Somente leitura" in shown
    assert "Ainda não foi usado." in shown
    refused = use(asking(ana.application, "pt-BR"), "wrong")
    assert refused.json == {"error": "Este token não é válido."}


def test_the_end_of_a_token_waits_for_a_change_of_its_account(ana: Browser) -> None:
    make_token(ana)
    (row,) = rows(ana.application, "SELECT handle FROM api_tokens")
    path = f"{PAGE}/{row['handle']}/end"
    answer = overtaken_at_its_account(ana.application, lambda: ana.post(path), store.end_all)
    assert answer.status_code == 404
