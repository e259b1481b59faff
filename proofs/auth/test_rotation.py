"""The secret key can be rotated without logging users out."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from my_flask_app.core.db import db
from my_flask_app.core.db.migrations import alembic
from my_flask_app.models import User

from ...conftest import MakeApp
from ...support.accounts import add_user, change_user
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import ask_for_link
from ...support.settings import KEY

NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"
OTHER_KEY = "some key of others: 1357924680 qwertyuiop"
START = "/auth/register"


def moved(client: Browser, app: Flask) -> Browser:
    """Return the same browser in an app with another key."""
    browser = Browser(app)
    browser.keep(client.jar())
    return browser


def test_a_rotation_keeps_users_signed_in(client: Browser, configure: MakeApp, user: str) -> None:
    client.login()
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(KEY,))
    assert moved(client, rotated).is_signed_in()


def test_many_fallbacks_are_tried(client: Browser, configure: MakeApp, user: str) -> None:
    client.login()
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(OTHER_KEY, KEY))
    assert moved(client, rotated).is_signed_in()


def test_after_a_rotation_the_new_key_signs(configure: MakeApp, user: str) -> None:
    # A token signed with a fallback would end when that key is removed.
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(KEY,))
    client = Browser(rotated)
    client.login()
    client.post("/account/", data={"name": "Ana", "language": "en"})
    later = moved(client, configure(secret_key=NEW_KEY))
    assert "Saved." in later.get("/account/").text


def test_a_link_that_was_opened_can_still_be_finished(client: Browser, configure: MakeApp) -> None:
    client.get(ask_for_link(client, START, EMAIL))
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(KEY,))
    form = {"name": "Ana", "password": PASSWORD}
    done = moved(client, rotated).post(f"{START}/finish", data=form)
    assert done.status_code == 303


def test_a_token_of_another_site_signs_nobody_in(
    app: Flask, client: Browser, make_app: MakeApp, user: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    elsewhere = make_app(secret_key=OTHER_KEY, database_url=url)
    with app.app_context():
        public_id = db.session.scalars(select(User.public_id)).one()
    with elsewhere.app_context():
        alembic.upgrade()
        add_user(EMAIL)
        # Even if the other site knew the user's public id.
        change_user(EMAIL, public_id=public_id)
    stranger = Browser(elsewhere)
    stranger.login()
    assert stranger.is_signed_in()
    assert not moved(stranger, app).is_signed_in()
