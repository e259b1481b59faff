"""The log says why an answer was refused, and nothing that opens anything."""

from typing import Any

import pytest
from flask import Flask
from joserfc import jwt

from my_flask_app.account.social import login, protocol

from ....account.social import provider as site
from ....account.social.provider import Provider
from ....support.http import Browser
from ....support.sql import everything_stored
from .test_answers import LIES
from .trips import CALLBACK, arrive, leave

CODE = "c0de-7e1f0a9b8d6c5e4f"


def test_no_secret_of_a_trip_is_logged_or_kept(
    trusting: Flask,
    browser: Browser,
    provider: Provider,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level("DEBUG", "my_flask_app")
    secrets = {CODE, site.CLIENT_SECRET}
    provider.answer = {"code": CODE}
    real, encode = protocol.identify, jwt.encode

    def identify(asked: Any, answer: Any, kept: Any) -> object:
        secrets.update([kept["nonce"], kept["verifier"], answer["state"]])
        return real(asked, answer, kept)

    def sign(*given: Any) -> str:
        secrets.add(encode(*given))
        return sorted(secrets, key=len)[-1]

    monkeypatch.setattr(protocol, "identify", identify)
    monkeypatch.setattr(jwt, "encode", sign)
    for lie in ({}, *list(LIES.values())[:8]):
        provider.token = dict(lie)
        arrive(browser)
        browser.logout()
    assert len(secrets) > 20
    stored = everything_stored(trusting)
    for secret in secrets:
        assert secret not in caplog.text
        assert secret.encode() not in stored


def test_a_line_of_the_log_is_no_attackers(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """Anybody may open the way back, with any words."""
    state = leave(browser).partition("state=")[2].partition("&")[0]
    browser.get(f"{CALLBACK}?state={state}&error=%0Alogin+user=root%1b[31m{'x' * 500}")
    (line,) = [one for one in caplog.records if one.name == login.__name__]
    assert "\n" not in line.getMessage()
    assert "\x1b" not in line.getMessage()
    assert len(line.getMessage()) < 300
