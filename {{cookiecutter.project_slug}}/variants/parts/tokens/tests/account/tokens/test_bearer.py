"""A program with a token reaches the views that allow it, and nothing else."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core.environ import Rate

from ...conftest import MakeApp
from ...support.accounts import add_user, watch_hashing
from ...support.http import Browser, set_cookies
from ...support.sql import rows, selects, statements
from .programs import API, PAGE, add_api, make_token, use

UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
BOB = "bob@example.com"
MONTH = 30 * 24 * 60 * 60


@pytest.fixture
def api(configure: MakeApp, user: str) -> Flask:
    return configure(add_api)


@pytest.fixture
def ana(api: Flask) -> Browser:
    """Return a browser in which Ana is signed in."""
    browser = Browser(api)
    browser.login()
    return browser


@pytest.fixture
def program(api: Flask) -> Browser:
    """Return a client without cookies."""
    return Browser(api)


def test_a_read_token_reads_and_a_write_token_writes(ana: Browser, program: Browser) -> None:
    reads, writes = make_token(ana), make_token(ana, access="write")
    for token in (reads, writes):
        assert use(program, token).json == {"name": "Ana"}
    for method in UNSAFE:
        assert use(program, writes, method=method).json == {"name": "Ana"}
        refused = use(program, reads, method=method)
        assert (refused.status_code, refused.json) == (403, {"error": "This token may only read."})
        assert refused.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'


def test_a_token_opens_no_view_that_does_not_allow_it(ana: Browser, program: Browser) -> None:
    token = make_token(ana, access="write")
    for path in ("/test-for-people", "/account/", PAGE):
        assert use(program, token, path).status_code == 401, (
            f"{path} takes API tokens: @token_allowed is for views of your own alone."
        )
        assert use(ana, "wrong", path).status_code == 200
        assert use(ana, token, path, "POST").status_code == 403


def test_with_a_token_cookies_are_ignored(api: Flask, ana: Browser) -> None:
    token = make_token(ana)
    with api.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(api)
    bob.login(BOB)
    assert bob.get(API).json == {"name": "Bob"}
    answer = use(bob, token)
    assert answer.json == {"name": "Ana"}
    assert set_cookies(answer) == []
    assert use(bob, "wrong").status_code == 401
    assert bob.get(API).json == {"name": "Bob"}


def test_other_credentials_than_a_token_do_not_open_the_cross_origin_gate(ana: Browser) -> None:
    for scheme in ("Basic YW5hOmFuYQ==", "Digest x", ""):
        forged = {"Authorization": scheme, "Sec-Fetch-Site": "cross-site"}
        assert ana.post(API, headers=forged).status_code == 403
        assert ana.get(API, headers={"Authorization": scheme}).json == {"name": "Ana"}


def test_a_token_expires(ana: Browser, program: Browser, clock: TimeMachineFixture) -> None:
    token = make_token(ana)
    clock.shift(MONTH - 1)
    assert use(program, token).status_code == 200
    clock.shift(1)
    assert use(program, token).status_code == 401


def test_a_wrong_token_is_refused_and_hashes_no_password(
    ana: Browser, program: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_token(ana)
    watch_hashing(monkeypatch, lambda: pytest.fail("a password was hashed"))
    for wrong in ("", "wrong", token[:-1], token.upper(), f"{token}=", f"{token} {token}"):
        refused = use(program, wrong)
        assert (refused.status_code, refused.json) == (401, {"error": "This token is not valid."})
        assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_wrong_tokens_are_limited_by_network_and_block_no_right_one(
    configure: MakeApp, ana: Browser
) -> None:
    token = make_token(ana)
    program = Browser(configure(add_api, login_attempts_per_address=Rate(2, 900)))
    assert [use(program, "wrong").status_code for _ in range(3)] == [401, 401, 429]
    assert use(program, "wrong").json == {"error": "Please try again in 15 minutes."}
    assert use(program, token).status_code == 200
    program.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert use(program, "wrong").status_code == 401


def test_the_last_use_is_kept_once_a_minute_by_one_query_for_the_user(
    api: Flask, ana: Browser, program: Browser, clock: TimeMachineFixture
) -> None:
    token = make_token(ana)
    program.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    written = []
    for seconds in (0, 59, 1):
        clock.shift(seconds)
        with statements(api) as run:
            assert use(program, token).status_code == 200
        assert len(selects(run)) == 1
        written.append(any(one.startswith("UPDATE api_tokens") for one in run))
    assert written == [True, False, True]
    assert [*rows(api, "SELECT used_address FROM api_tokens")[0].values()] == ["198.51.100.7"]
    assert "from 198.51.100.7" in ana.get(PAGE).text
