"""A form acts only for the account that its page was shown to."""

import re

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }} import account
from {{ cookiecutter.project_slug }}.auth.guards import recent_login_required

from ..conftest import MakeApp
from ..support.accounts import add_user
from ..support.html import crawl, forms_on
from ..support.http import Browser, page
from ..support.sql import everything_stored

BOB = "bob@example.com"
# The folders of our templates, which use the macro `post_form`. Forms for visitors have no mark.
FOLDERS = {"account", "auth", *account.PARTS}
FOR_VISITORS = {"auth/login.html", "auth/register.html", "auth/reset.html"}


def switch_to_bob(client: Browser) -> None:
    """Sign in as Bob in another tab, while Ana's pages stay open in this one."""
    client.logout()
    client.login(BOB)


@pytest.fixture
def ana(app: Flask, client: Browser, user: str) -> Browser:
    with app.app_context():
        add_user(BOB, name="Bob")
    client.login()
    return client


def test_every_form_of_another_account_is_refused(app: Flask, ana: Browser) -> None:
    Browser(app).login()
    forms = [form for shown in crawl(ana, "/") for form in forms_on(shown)]
    missing = {"/account/", "/account/password", "/auth/confirm"} - {form.action for form in forms}
    assert not missing, f"open the forms of {sorted(missing)} with post_form (_fields.html)."
    switch_to_bob(ana)
    stored = everything_stored(app)
    for form in forms:
        refused = ana.post(form.action, data=form.fields)
        assert refused.status_code == 409, (
            f"{form.action} answers {refused.status_code} to a form of another account: let the form "
            "go to a view of this app that takes POST."
        )
        assert "Nothing was changed" in refused.text
    assert everything_stored(app) == stored


def test_a_stale_form_is_refused_before_the_password_is_asked_for(
    make_app: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = make_app()

    @page(app)
    @recent_login_required
    def secret() -> ResponseReturnValue:
        return "secret"

    client = Browser(app)
    client.login()
    clock.shift(10 * 60)
    assert client.post("/secret").status_code == 303
    assert client.post("/secret", data={"made_for": "0" * 16}).status_code == 409


def test_our_templates_open_forms_with_post_form(app: Flask) -> None:
    loader = app.jinja_env.loader
    assert loader
    names = [name for name in loader.list_templates() if name.partition("/")[0] in FOLDERS]
    sources = {name: loader.get_source(app.jinja_env, name)[0] for name in names}
    by_hand = {name for name in names if re.search(r'<form[^>]*method="?post', sources[name])}
    assert by_hand <= FOR_VISITORS, (
        f"open the forms in {sorted(by_hand - FOR_VISITORS)} with post_form (_fields.html)."
    )
    assert [name for name in names if "call post_form(" in sources[name]]
