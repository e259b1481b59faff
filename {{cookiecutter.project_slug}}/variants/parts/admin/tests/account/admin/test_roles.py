"""Views of a role are closed for all other users, from the next request on."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.account.admin.roles import role_required
from {{ cookiecutter.project_slug }}.auth.guards import login_not_required

from ...conftest import MakeApp
from ...support.cli import events, run, said
from ...support.http import EMAIL, Browser
from ...support.mail import letters
from ...support.sql import rows, selects, statements
from .conftest import BOB

PAGES = ["/admin/", "/admin/invite", "/admin/users/ID"]
ACTIONS = ["disable", "enable", "end-sessions", "reset-second-factor"]
POSTS = [
    "/admin/",
    "/admin/invite",
    "/admin/invite/withdraw",
    *(f"/admin/users/ID/{action}" for action in ACTIONS),
]


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
        app.get("/vault")(vault)
        role_required("admin")(vault)
    else:
        closed = role_required("admin")(vault)
        app.get("/vault")(login_not_required(closed) if order == "public" else closed)
    answers = {}
    for name, browser in {"ana": admin, "bob": bob, "nobody": Browser(app)}.items():
        other = Browser(app)
        other.keep(browser.jar())
        answers[name] = other.get("/vault").status_code
    assert answers == {"ana": 200, "bob": 403, "nobody": 403 if order == "public" else 303}
