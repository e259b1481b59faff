"""Only the exact token that the server signed signs a user in."""

import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import BadSignature, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import sessions

from ...conftest import MakeApp
from ...support.accounts import copy_of, end_everywhere
from ...support.forging import fields, forge, holder, said
from ...support.http import AUTH, EMAIL, SESSION, Browser, keep_words, page
from ...support.settings import KEY
from ...support.sql import rows, selects, statements

SPELLINGS = ("last letter", "junk", "padding", "other alphabet")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

NEW = "the newest key of all: zyxwvutsrq 9876543210"
OLDER = "a key of long ago: qwertyuiop 1357924680 asdf"


def test_a_token_holds_no_name_and_no_address(app: Flask, client: Browser, user: str) -> None:
    client.login(remember="on")
    (row,) = rows(app, "SELECT public_id, session_epoch FROM users")
    sid, public_id, epoch, login_at, authenticated_at, remembered = fields(client)

    assert len(sid) == 32
    assert public_id == row["public_id"]
    assert epoch == row["session_epoch"]
    assert login_at == authenticated_at
    assert remembered == 1
    text = client.jar()[AUTH].lower()
    assert EMAIL not in text
    assert "ana" not in text


def test_a_token_signed_with_our_key_is_accepted(client: Browser, user: str) -> None:
    """So the tests below refuse a token for the one thing that differs."""
    client.login()
    assert holder(client, forge(fields(client))).is_signed_in()


@pytest.mark.parametrize(
    "change",
    [
        {"key": "quite another key: zyxwvutsrq 9876543210"},
        {"salt": "cookie-session"},
        {"salt": "itsdangerous"},
        {"digest": hashlib.sha1},
        {"digest": hashlib.md5},
        {"derivation": "none"},
        {"derivation": "django-concat"},
    ],
)
def test_a_token_signed_in_any_other_way_is_refused(
    client: Browser, user: str, change: dict[str, Any]
) -> None:
    client.login()
    forged = holder(client, forge(fields(client), **change))
    response = forged.get("/account/")
    assert response.status_code == 303
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("place", range(6))
def test_a_token_with_any_field_changed_is_refused(client: Browser, user: str, place: int) -> None:
    client.login()
    *_, when, signature = client.jar()[AUTH].split(".")
    changed = fields(client)
    changed[place] = 1 - changed[place] if place == 5 else f"{changed[place]}0"
    text = f"{said(changed)}.{when}.{signature}"
    assert not holder(client, text).is_signed_in()


@pytest.mark.parametrize(("digest", "good"), [(hashlib.sha256, True), (hashlib.sha1, False)])
def test_flasks_own_session_is_signed_with_sha_256(
    make_app: MakeApp, digest: object, good: bool
) -> None:
    keep_words(app := make_app())
    client = Browser(app)
    client.get("/test-keep")
    reader = URLSafeTimedSerializer(
        KEY,
        salt="cookie-session",
        serializer=TaggedJSONSerializer(),
        signer_kwargs={"key_derivation": "hmac", "digest_method": digest},
    )
    text = client.jar()[SESSION]
    if good:
        assert reader.loads(text) == {"word": "green"}
    else:
        with pytest.raises(BadSignature):
            reader.loads(text)


def respell(part: str, how: str) -> str:
    """Return another base64 text for the same bytes, or the same text if there is none."""
    match how:
        case "junk":
            return f"{part[:5]}!!!!{part[5:]}"
        case "padding":
            return part + "=" * (-len(part) % 4 or 4)
        case "other alphabet":
            return part.replace("-", "+").replace("_", "/")
    raw = base64_decode(part)
    others = (part[:-1] + letter for letter in LETTERS if letter != part[-1])
    return next((text for text in others if base64_decode(text) == raw), part)


@pytest.mark.parametrize("how", SPELLINGS)
@pytest.mark.parametrize("place", [-2, -1])
def test_another_base64_spelling_of_a_token_is_refused(
    client: Browser, user: str, place: int, how: str
) -> None:
    client.login()
    parts = client.jar()[AUTH].split(".")
    parts[place] = respell(parts[place], how)
    text = ".".join(parts)
    signed_in = holder(client, text).is_signed_in()
    assert signed_in == (text == client.jar()[AUTH])


def is_good(app: Flask, client: Browser) -> bool:
    """Tell whether an app with other keys accepts the cookies of a browser."""
    other = Browser(app)
    other.keep(client.jar())
    return other.is_signed_in()


def test_a_token_signed_with_the_old_key_is_renewed_with_the_new_one(
    client: Browser, user: str, configure: MakeApp, clock: TimeMachineFixture
) -> None:
    client.login()
    rotated = configure(secret_key=NEW, secret_key_fallbacks=(KEY, OLDER))
    other = Browser(rotated)
    other.keep(client.jar())
    assert other.is_signed_in()
    assert other.jar() == client.jar()

    clock.shift(61)
    assert other.is_signed_in()
    assert fields(other) == fields(client)
    assert is_good(configure(secret_key=NEW), other)
    assert not is_good(client.application, other)


@pytest.mark.parametrize("step", [-1, 1])
def test_only_a_token_of_the_current_epoch_is_accepted(
    app: Flask, client: Browser, user: str, step: int
) -> None:
    end_everywhere(app)
    client.login()
    changed = fields(client)
    changed[2] += step
    assert not holder(client, forge(changed)).is_signed_in()


def test_a_page_of_a_signed_in_user_costs_one_statement(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    with statements(app) as seen:
        client.get("/account/")
    (statement,) = selects(seen)
    assert "users" in statement
    assert "ended_sessions" in statement


@pytest.fixture
def renewing(make_app: MakeApp) -> Flask:
    """Return an app with a view that rotates the session."""
    app = make_app()

    @page(app)
    def renew() -> str:
        sessions.rotate_session(proved=True)
        return ""

    return app


def test_rotation_gives_a_new_session_id_and_keeps_the_time_of_login(
    renewing: Flask, user: str, clock: TimeMachineFixture
) -> None:
    client = Browser(renewing)
    client.login(remember="on")
    before, thief = fields(client), copy_of(client)
    clock.shift(30)
    assert "Max-Age" in client.get("/test-renew").headers["Set-Cookie"]
    sid, public_id, epoch, login_at, authenticated_at, remembered = fields(client)
    assert sid != before[0]
    assert [public_id, epoch, login_at] == before[1:4]
    assert authenticated_at == before[4] + 30
    assert remembered == 1
    assert client.get("/test-renew").status_code == 200
    assert thief.get("/test-renew").status_code == 303
