"""Administrators, and nobody else, look after accounts."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.account.admin import views
from {{ cookiecutter.project_slug }}.account.admin.roles import role_required
from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.auth.parts import Access
from {{ cookiecutter.project_slug }}.models import User

from ...conftest import MakeApp
from ...support.accounts import add_user
from ...support.cli import events, run, said
from ...support.http import EMAIL, Browser
from ...support.mail import letters
from ...support.parts import add_part, word
from ...support.sql import meanwhile, rows, selects, statements
from .conftest import BOB

PAGES = ["/admin/", "/admin/invite", "/admin/users/ID"]
ACTS = ["disable", "enable", "end-sessions", "reset-second-factor"]
POSTS = [
    "/admin/",
    "/admin/invite",
    "/admin/invite/withdraw",
    *(f"/admin/users/ID/{action}" for action in ACTS),
]

KINDS = {
    "disable": "disabled",
    "enable": "enabled",
    "end-sessions": "sessions_ended_by_operator",
    "reset-second-factor": "second_factor_reset_by_operator",
}
ACTIONS = [*KINDS]


def id_of(app: Flask, email: str) -> str:
    (found,) = rows(app, "SELECT public_id FROM users WHERE email = :email", email=email)
    return str(found["public_id"])


@pytest.mark.parametrize(
    ("method", "path"),
    [*(("GET", path) for path in PAGES), *(("POST", path) for path in POSTS)],
)
def test_each_page_is_closed_for_users_without_the_role(
    app: Flask, bob: Browser, user: str, method: str, path: str
) -> None:
    path = path.replace("ID", id_of(app, EMAIL))
    refused = bob.open(path, method=method, data={"email": "eve@example.com"})
    assert refused.status_code == 403, f"put @role_required right below the route of {path}"
    assert "does not have the role" in refused.text
    visitor = Browser(app).open(path, method=method)
    assert visitor.location.startswith("/auth/login")
    assert not letters(app)


def test_only_administrators_see_the_link_to_their_pages(admin: Browser, bob: Browser) -> None:
    assert '<a href="/admin/">' in admin.get("/account/").text
    assert '<a href="/admin/">' not in bob.get("/account/").text


def test_a_role_that_was_taken_away_counts_no_more(app: Flask, admin: Browser) -> None:
    assert admin.get("/admin/").status_code == 200
    done = run(app, "role", EMAIL, "none")
    assert done.output == f"{EMAIL} has no role now.\n"
    assert admin.get("/admin/").status_code == 403
    assert events(app) == ["role_changed", "role_changed"]
    (letter,) = letters(app)
    assert "The role of your account was changed." in letter.get_content()


def test_the_role_costs_no_further_query(app: Flask, admin: Browser) -> None:
    admin.get("/admin/")
    with statements(app) as seen:
        assert admin.get("/admin/").status_code == 200
    assert len(selects(seen)) == 1


def test_an_operator_sees_the_role(app: Flask, admin: Browser) -> None:
    assert "role\tadmin\n" in run(app, "list", EMAIL).output
    assert said(run(app, "role", BOB, "admin")) == f"There is no account with {BOB}."


@pytest.mark.parametrize("order", ["above", "below", "public"])
def test_the_decorator_in_the_wrong_place_opens_nothing(
    make_app: MakeApp, admin: Browser, bob: Browser, order: str
) -> None:
    app = make_app()

    def vault() -> str:
        return "gold"

    if order == "above":
        app.get("/test-vault")(vault)
        role_required("admin")(vault)
    else:
        closed = role_required("admin")(vault)
        app.get("/test-vault")(login_not_required(closed) if order == "public" else closed)
    answers = {}
    for name, browser in {"ana": admin, "bob": bob, "nobody": Browser(app)}.items():
        other = Browser(app)
        other.keep(browser.jar())
        answers[name] = other.get("/test-vault").status_code
    assert answers == {"ana": 200, "bob": 403, "nobody": 403 if order == "public" else 303}


def act(admin: Browser, action: str, email: str = BOB) -> int:
    page = f"/admin/users/{id_of(admin.application, email)}"
    return admin.post(f"{page}/{action}").status_code


def found(admin: Browser, typed: str) -> list[str]:
    page = admin.post("/admin/", data={"email": typed}).text
    shown = [row["email"] for row in rows(admin.application, "SELECT email FROM users")]
    return sorted(str(email) for email in shown if f">{email}</a>" in page)


def test_an_administrator_finds_accounts_by_the_beginning_of_the_address(
    admin: Browser, bob: Browser
) -> None:
    with admin.application.app_context():
        add_user("bobby@example.com", name="Bobby")
    assert found(admin, " BOB") == [BOB, "bobby@example.com"]
    assert found(admin, BOB) == [BOB]
    for typed in ("%", "_ob", "example.com"):
        assert found(admin, typed) == []


def test_a_search_shows_at_most_50_accounts(app: Flask, admin: Browser) -> None:
    with app.app_context():
        for number in range(51):
            add_user(f"many{number:02}@example.com")
    assert len(found(admin, "many")) == 50
    assert "Only the first 50" in admin.post("/admin/", data={"email": "many"}).text
    run(app, "delete", "many50@example.com")
    assert len(found(admin, "many")) == 50
    assert "Only the first 50" not in admin.post("/admin/", data={"email": "many"}).text


@pytest.mark.parametrize("action", ACTIONS)
def test_each_act_is_recorded_with_its_author_and_told_to_the_user(
    app: Flask, admin: Browser, bob: Browser, action: str
) -> None:
    assert act(admin, action) == 303
    (event,) = rows(
        app,
        "SELECT email, detail FROM events JOIN users ON users.id = user_id WHERE kind = :kind",
        kind=KINDS[action],
    )
    assert event["email"] == BOB
    assert id_of(app, EMAIL) in str(event["detail"])
    (letter,) = letters(app)
    assert (letter["To"], letter["Subject"]) == (BOB, "Your account at Acme Portal was changed")
    assert bob.is_signed_in() == (action == "enable")


def test_a_disabled_user_is_out_until_enabled(admin: Browser, bob: Browser) -> None:
    act(admin, "disable")
    bob.login(BOB)
    assert not bob.is_signed_in()
    act(admin, "enable")
    bob.login(BOB)
    assert bob.is_signed_in()


def test_every_second_factor_and_passkey_is_removed_and_nothing_else(
    make_app: MakeApp, admin: Browser, bob: Browser
) -> None:
    gone: list[str] = []
    factor = word()._replace(
        is_set_up=lambda user: user.email == BOB, drop=lambda user: gone.append(user.email)
    )
    keys = Access(names=lambda user: [], end=lambda user: gone.append("keys"))
    tokens = Access(names=lambda user: [], end=lambda user: gone.append("tokens"))
    app = add_part(make_app(), factor=factor, access=keys, passwordless=lambda user: False)
    other = Browser(add_part(app, access=tokens))
    other.keep(admin.jar())
    assert act(other, "reset-second-factor") == 303
    assert sorted(gone) == [BOB, "keys"]


@pytest.mark.parametrize("action", ACTIONS)
def test_each_act_requires_a_recent_password(
    app: Flask, admin: Browser, bob: Browser, clock: TimeMachineFixture, action: str
) -> None:
    clock.shift(600)
    before = rows(app, "SELECT * FROM users")
    page = f"/admin/users/{id_of(app, BOB)}/{action}"
    assert admin.post(page).location.startswith("/auth/confirm")
    assert rows(app, "SELECT * FROM users") == before


@pytest.mark.parametrize("action", ACTIONS)
def test_administrators_cannot_act_on_their_own_account(
    app: Flask, admin: Browser, action: str
) -> None:
    assert act(admin, action, EMAIL) == 403
    assert admin.is_signed_in()
    assert "/disable" not in admin.get(f"/admin/users/{id_of(app, EMAIL)}").text


def test_unknown_accounts_and_acts_do_not_exist(app: Flask, admin: Browser, bob: Browser) -> None:
    assert admin.get(f"/admin/users/{'0' * 32}").status_code == 404
    assert admin.post(f"/admin/users/{'0' * 32}/disable").status_code == 404
    assert act(admin, "delete") == 404
    assert bob.is_signed_in()


def test_another_administrator_can_be_disabled(app: Flask, admin: Browser, bob: Browser) -> None:
    run(app, "role", BOB, "admin")
    page = admin.get(f"/admin/users/{id_of(app, BOB)}").text
    assert "<dd>Administrator</dd>" in page
    assert act(admin, "disable") == 303
    assert bob.get("/admin/").location.startswith("/auth/login")


def test_of_two_administrators_who_disable_each_other_one_is_left(
    app: Flask, admin: Browser, bob: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(app, "role", BOB, "admin")
    call, overtaken = views._find, list[int]()

    def find(public_id: str) -> User:
        if not overtaken:
            overtaken.append(0)
            overtaken[0] = meanwhile(lambda: act(bob, "disable", EMAIL))
        return call(public_id)

    monkeypatch.setattr(views, "_find", find)
    assert act(admin, "disable") == 409
    assert overtaken == [303]
    left = rows(app, "SELECT email FROM users WHERE disabled_at IS NULL")
    assert [row["email"] for row in left] == [BOB]
