"""Log in and out, as every kind of session must allow."""

from __future__ import annotations

from .browser import Browser


def test_a_page_greets_a_signed_in_user_by_name(client: Browser, user: str) -> None:
    assert "You are not logged in" in client.get("/").text
    response = client.login()
    assert response.status_code == 303
    assert response.location == "/"
    assert "Hello, Ana" in client.get("/").text


def test_logout_ends_the_session(client: Browser, user: str) -> None:
    client.login()
    assert client.is_signed_in()
    cookies = client.jar()
    client.logout()
    assert not client.is_signed_in()
    client.keep(cookies)
    assert not client.is_signed_in()


def test_a_wrong_password_signs_nobody_in(client: Browser, user: str) -> None:
    response = client.login(password="not the password at all")
    assert response.status_code == 422
    assert not client.is_signed_in()
