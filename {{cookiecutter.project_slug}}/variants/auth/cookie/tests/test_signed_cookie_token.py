"""Of all texts, only the very one we signed signs anybody in."""

import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import BadSignature, URLSafeTimedSerializer

from .browser import AUTH, EMAIL, SESSION, Browser
from .conftest import KEY, MakeApp
from .forging import fields, forge, holder, said
from .inside import keep_words, rows
from .letters import open_link


def test_a_token_says_no_more_than_it_must(app: Flask, client: Browser, user: str) -> None:
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


def test_two_logins_share_no_session(app: Flask, client: Browser, user: str) -> None:
    other = Browser(app)
    other.login()
    client.login()
    assert fields(client)[0] != fields(other)[0]


def test_a_token_forged_with_our_key_would_be_good(client: Browser, user: str) -> None:
    """So what is refused below is refused for the one thing that differs."""
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


@pytest.mark.parametrize(
    "changed",
    [[], ["x"], [1, 2, 3, 4, 5], ["x"] * 6, [*range(7)], ["", "", 0, 0, 0, 0]],
)
def test_a_token_of_another_layout_is_refused_though_our_key_signed_it(
    client: Browser, user: str, changed: list[Any]
) -> None:
    """As an older release of the app may have done."""
    assert not holder(client, forge(changed)).is_signed_in()


@pytest.mark.parametrize(
    "text",
    ["x", "a.b.c", "...", '"', "%00", "\x01", "é", "\xff\xfe.a.b", "A" * 8000],
)
def test_a_cookie_of_nobody_is_left_alone(client: Browser, user: str, text: str) -> None:
    header = {"HTTP_COOKIE": f"{AUTH}={text}"}
    for path, status in (("/", 200), ("/account/", 303), ("/auth/login", 200)):
        response = client.get(path, environ_overrides=header)
        assert response.status_code == status
        assert "Set-Cookie" not in response.headers


def test_a_session_and_a_token_do_not_pass_for_each_other(client: Browser, user: str) -> None:
    open_link(client)
    session = client.jar()[SESSION]
    assert not holder(client, session).is_signed_in()

    client.login()
    swapped = Browser(client.application)
    swapped.keep({SESSION: client.jar()[AUTH]})
    assert swapped.get("/").status_code == 200
    assert not swapped.is_signed_in()


@pytest.mark.parametrize(("digest", "good"), [(hashlib.sha256, True), (hashlib.sha1, False)])
def test_flasks_own_session_is_signed_with_sha_256(
    make_app: MakeApp, digest: object, good: bool
) -> None:
    keep_words(app := make_app())
    client = Browser(app)
    client.get("/keep")
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
