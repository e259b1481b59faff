"""The answer that a provider's page posts is all that other sites may send."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ....account.social.provider import Provider, visit
from ....support.http import ORIGIN, Browser, set_cookies
from ....support.sql import everything_stored, selects, statements
from .conftest import Configure
from .trips import CALLBACK, CONNECTIONS, LOGIN, leave

ABROAD = {"Sec-Fetch-Site": "cross-site", "Origin": "https://acme.example"}


def paths(app: Flask) -> Iterator[tuple[str, str]]:
    """Return every endpoint that takes a form, with a path that leads to it."""
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            values: dict[str, Any] = {
                name: "1" if name == "user_id" else "acme" for name in rule.arguments
            }
            with app.test_request_context(base_url=ORIGIN):
                yield rule.endpoint, app.url_for(rule.endpoint, **values)


def answer_by_post(browser: Browser, answer: str) -> TestResponse:
    """Send what a provider's page does: browsers keep Lax cookies from it."""
    sent = {name: values[0] for name, values in parse_qs(urlsplit(answer).query).items()}
    abroad = Browser(browser.application)
    return abroad.post(CALLBACK, data=sent, headers=ABROAD)


def test_one_view_passes_the_gate(trusting: Flask) -> None:
    seen = {}
    for endpoint, path in paths(trusting):
        seen[endpoint] = Browser(trusting).post(path, headers=ABROAD).status_code
    assert len(seen) > 30
    assert {name: status for name, status in seen.items() if status != 403} == {
        "social.receive": 200
    }


def test_it_changes_nothing_whoever_is_signed_in(ana: Browser, trusting: Flask) -> None:
    """Another site could post an answer of its own; only our page's GET uses it."""
    answer = leave(ana)
    before, held = everything_stored(trusting), ana.cookies()
    for data in ({}, {"state": answer}, {"state": "x" * 5000}, {"state": "\r\nSet-Cookie: a=b"}):
        page = ana.post(CALLBACK, data=data, headers=ABROAD)
        assert page.status_code == 200
        assert page.headers["Refresh"].startswith(f"0; url={CALLBACK}?")
        assert not [one for one in set_cookies(page) if one.name.endswith(("-auth", "-ceremony"))]
    assert (everything_stored(trusting), ana.cookies()) == (before, held)


def test_our_page_goes_on_to_our_own_callback(trust: Configure, provider: Provider) -> None:
    browser = Browser(trust("acme", environ={"SOCIAL_ACME_ANSWER": "post"}))
    answer = visit(browser.post(LOGIN))
    assert provider.asked["response_mode"] == "form_post"
    page = answer_by_post(browser, answer)
    (there,) = {page.headers["Refresh"].removeprefix("0; url=")}
    assert page.status_code == 200
    assert urlsplit(there).path == CALLBACK
    assert "no-store" in page.headers["Cache-Control"]
    done = browser.get(there)
    assert done.location == "/"
    assert browser.is_signed_in()


@pytest.mark.parametrize("name", ["id_token", "access_token", "next", "user", "refresh"])
def test_nothing_but_the_answer_goes_on(browser: Browser, name: str) -> None:
    """Apple posts more, such as the user's name; it would stand in URLs and logs."""
    page = browser.post(CALLBACK, data={"state": "x", name: "private"}, headers=ABROAD)
    assert "private" not in page.headers["Refresh"]
    assert "private" not in page.text


def test_pages_that_leave_and_come_back_are_not_kept(browser: Browser) -> None:
    page = browser.post(LOGIN)
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]


def test_only_a_post_leaves(browser: Browser) -> None:
    """A prefetch or a mail scanner would fill the table."""
    for path in (LOGIN, f"{CONNECTIONS}/acme", "/auth/confirm/with/acme"):
        assert browser.get(path).status_code in {303, 405}


def test_a_request_of_a_user_with_connections_is_one_query(ana: Browser, trusting: Flask) -> None:
    with statements(trusting) as seen:
        assert ana.get("/").status_code == 200
    assert len(selects(seen)) <= 1
    with statements(trusting) as seen:
        assert ana.get("/auth/login").status_code == 303
    assert len(selects(seen)) <= 1
