"""A user gets a mail about each change of their password."""

import pytest
from flask import Flask

from my_flask_app.core.environ import MailServer

from ...auth.test_notices import told
from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, change_password, change_user
from ...support.html import asking, needs_portuguese
from ...support.http import PASSWORD, Browser
from ...support.mail import ask_for_link, letters
from ...support.sql import everything_stored, rows
from ..support.html import assert_in_portuguese

START = "/auth/reset"
FINISH = "/auth/reset/finish"


def test_a_refused_change_sends_no_notice(app: Flask, client: Browser, user: str) -> None:
    client.get(ask_for_link(client, START, user))
    assert client.post(FINISH, data={"password": "short"}).status_code == 422
    client.login()
    for current, new in (("wrong", NEW_PASSWORD), (PASSWORD, "short")):
        form = {"current_password": current, "password": new}
        assert client.post("/account/password", data=form).status_code == 422
    assert letters(app) == []


@needs_portuguese
@pytest.mark.parametrize("reset", [True, False])
def test_a_notice_speaks_the_owners_language_not_the_browsers(
    app: Flask, user: str, reset: bool
) -> None:
    with app.app_context():
        change_user(user, language="pt_BR")
    stranger = asking(app, "en")
    if reset:
        stranger.get(ask_for_link(stranger, START, user))
        stranger.post(FINISH, data={"password": NEW_PASSWORD})
    else:
        stranger.login()
        change_password(stranger)
    letter = told(app, user)
    assert_in_portuguese(letter["Subject"])
    assert_in_portuguese(letter.get_content())


def test_a_site_that_sends_no_mail_keeps_none(configure: MakeApp, app: Flask, user: str) -> None:
    mute = configure(mail_server=MailServer("none"))
    Browser(mute).login()
    client = Browser(mute)
    client.environ_base["HTTP_USER_AGENT"] = "curl/8.5.0"
    client.login()
    assert change_password(client) == 303
    assert rows(mute, "SELECT * FROM outbox") == []
    assert b"new_browser" not in everything_stored(mute)
    assert letters(app) == []
