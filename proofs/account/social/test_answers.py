"""An answer that does not verify lets nobody in, whatever is wrong with it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from time import time
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey

from ....account.social import provider as site
from ....account.social.provider import Provider
from ....support.http import EMAIL, Browser
from .trips import FAILED, arrive, connections, emails, events, flashed

Forge = Callable[[dict[str, Any], dict[str, Any]], str]
LIES: dict[str, dict[str, Any]] = {
    "another login's nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "for another app": {"aud": "another app"},
    "for nobody": {"aud": None},
    "for two apps, and nobody said for which": {"aud": ["our app", "another app"]},
    "for two apps, given to the other": {"aud": ["our app", "another app"], "azp": "another app"},
    "given to another app": {"azp": "another app"},
    "never expires": {"exp": None},
    "without a time": {"iat": None},
    "of another issuer": {"iss": "https://evil.example"},
    "of an issuer that begins alike": {"iss": "http://127.0.0.1"},
    "of no issuer": {"iss": None},
    "about nobody": {"sub": None},
    "about an empty name": {"sub": ""},
    "about a number": {"sub": 1001},
    "about more than fits": {"sub": "1" * 256},
    "about what PostgreSQL cannot store": {"sub": "10\x0001"},
    "a name that PostgreSQL cannot store": {"name": "A\x00na"},
    "methods that are a word": {"amr": "mfa"},
    "methods that are no words": {"amr": [["mfa"]]},
    "a time that is a word": {"auth_time": "now"},
}


def assert_refused(app: Flask, browser: Browser) -> None:
    done = arrive(browser)
    assert (done.status_code, done.location) == (303, "/auth/login")
    assert FAILED in flashed(browser)
    assert not browser.is_signed_in()
    assert (emails(app), connections(app), events(app, "social_failed")) == ([], [], 1)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_with_a_wrong_claim_lets_nobody_in(
    trusting: Flask, browser: Browser, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.token |= lie
    assert_refused(trusting, browser)


@pytest.mark.parametrize("claims", [{"exp": -61}, {"nbf": 120}, {"iat": 120}], ids=str)
def test_a_token_is_valid_now(
    trusting: Flask, browser: Browser, provider: Provider, claims: dict[str, int]
) -> None:
    provider.token |= {name: int(time()) + seconds for name, seconds in claims.items()}
    assert_refused(trusting, browser)


def test_clocks_may_differ_by_a_minute(browser: Browser, provider: Provider) -> None:
    provider.token |= {"exp": int(time()) - 30, "iat": int(time()) + 30}
    arrive(browser)
    assert browser.is_signed_in()


def test_a_key_that_is_not_published_signs_nothing(
    trusting: Flask, browser: Browser, provider: Provider
) -> None:
    provider.key = ECKey.generate_key("P-256", {"kid": "1"})
    assert_refused(trusting, browser)


def test_a_token_of_an_unknown_key_is_refused(
    trusting: Flask, browser: Browser, provider: Provider
) -> None:
    provider.published = ECKey.generate_key("P-256", {"kid": "2"})
    assert_refused(trusting, browser)


def _part(found: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(found).encode()).decode().rstrip("=")


def unsigned(head: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{_part(head | {'alg': 'none'})}.{_part(claims)}."


def signed_with(key: bytes) -> Forge:
    def forge(head: dict[str, Any], claims: dict[str, Any]) -> str:
        told = f"{_part(head | {'alg': 'HS256'})}.{_part(claims)}"
        digest = hmac.digest(key, told.encode(), hashlib.sha256)
        return f"{told}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    return forge


@pytest.mark.parametrize("way", ["none", "the public key", "the secret of the app", "garbage"])
def test_a_token_that_the_provider_did_not_sign_is_refused(
    trusting: Flask,
    browser: Browser,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    """The algorithm is ours to choose, not the token's (ASVS 9.1.2)."""
    assert isinstance(provider.published, ECKey)
    public = provider.published.as_pem(private=False)
    forgers: dict[str, Forge] = {
        "none": unsigned,
        "the public key": signed_with(public),
        "the secret of the app": signed_with(site.CLIENT_SECRET.encode()),
        "garbage": lambda head, claims: "not.a.token",
    }
    forge = forgers[way]
    monkeypatch.setattr(jwt, "encode", lambda head, claims, *more: forge(head, claims))
    assert_refused(trusting, browser)


@pytest.mark.parametrize(
    "answer",
    [
        {"iss": ""},
        {"iss": "https://evil.example"},
        {"code": "", "error": "access_denied"},
        {"code": ""},
    ],
    ids=str,
)
def test_an_answer_without_a_code_or_from_another_provider_is_refused(
    trusting: Flask, browser: Browser, provider: Provider, answer: dict[str, str]
) -> None:
    """An attacker's provider would receive the code of an honest one (RFC 9207)."""
    provider.answer = answer
    assert_refused(trusting, browser)


@pytest.mark.parametrize("verified", [False, None, "false", "", "yes", [True], {"a": 1}], ids=repr)
def test_only_true_is_a_verified_address(
    trusting: Flask, browser: Browser, provider: Provider, verified: object
) -> None:
    """Anybody could claim it, and keep its owner out (nOAuth)."""
    provider.token["email_verified"] = verified
    arrive(browser)
    assert not browser.is_signed_in()
    assert emails(trusting) == []


def test_apple_writes_true_as_a_text(trusting: Flask, browser: Browser, provider: Provider) -> None:
    provider.token["email_verified"] = "true"
    arrive(browser)
    assert emails(trusting) == [EMAIL]


@pytest.mark.parametrize(
    "email",
    ["", None, 5, ["ana@example.com"], "ana", "ana@example.com\nBcc: x@example.com", "a" * 300],
)
def test_without_a_good_address_there_is_no_account(
    trusting: Flask, browser: Browser, provider: Provider, email: object
) -> None:
    provider.token["email"] = email
    arrive(browser)
    assert "is not connected yet" in flashed(browser)
    assert emails(trusting) == []


@pytest.mark.parametrize("name", ["", None, "a" * 300, "  ", "\u202eevil"])
def test_a_name_that_is_none_of_ours_becomes_the_address(
    trusting: Flask, browser: Browser, provider: Provider, name: str | None
) -> None:
    provider.token["name"] = name
    arrive(browser)
    assert browser.name() == "ana"
