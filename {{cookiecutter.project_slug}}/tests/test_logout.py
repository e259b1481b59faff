"""Log out: at once, on the server, as often as one likes."""

import pytest
from flask import Flask

from .browser import Browser
from .set_cookies import set_cookies


def test_logout_ends_the_session(client: Browser, user: str) -> None:
    client.login()
    assert client.is_signed_in()
    cookies = client.jar()
    response = client.logout()
    assert (response.status_code, response.location) == (303, "/")
    assert not client.jar()
    assert not client.is_signed_in()
    client.keep(cookies)
    assert not client.is_signed_in()


def test_logout_leaves_other_browsers_signed_in(app: Flask, client: Browser, user: str) -> None:
    elsewhere = Browser(app)
    client.login()
    elsewhere.login()
    client.logout()
    assert elsewhere.is_signed_in()


def test_logout_has_the_browser_forget_what_pages_left(client: Browser) -> None:
    told = client.logout().headers["Clear-Site-Data"]
    # "cache" would have Chrome look through what it stored of all sites: seconds, for most.
    assert told == '"storage"'


def test_logout_can_be_asked_for_again_and_by_visitors(client: Browser, user: str) -> None:
    assert client.logout().status_code == 303
    client.login()
    assert [client.logout().status_code for _ in range(2)] == [303, 303]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_link_cannot_log_anybody_out(client: Browser, user: str, method: str) -> None:
    client.login()
    response = client.open("/auth/logout", method=method)
    assert response.status_code == (200 if method == "OPTIONS" else 405)
    assert not set_cookies(response)
    assert client.is_signed_in()


@pytest.mark.parametrize("path", ["/", "/account/", "/account/password", "/nowhere"])
def test_every_page_of_a_signed_in_user_can_log_out(client: Browser, user: str, path: str) -> None:
    client.login()
    assert 'action="/auth/logout"' in client.get(path).text
