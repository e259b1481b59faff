"""Of the pages of the second factor, visitors see the one that asks for its code."""

from flask import Flask

from {{ cookiecutter.project_slug }}.auth.guards import is_public

from ...support.http import Browser
from .phone import ARRIVING, PAGE


def test_the_page_between_password_and_session_alone_is_open(app: Flask, client: Browser) -> None:
    with app.app_context():
        ours = {name for name in app.view_functions if name.startswith("second_factor.")}
        assert {name for name in ours if is_public(name)} == {"second_factor.challenge"}
    assert client.get(PAGE).location.startswith("/auth/login?")
    for path in (f"{PAGE}/codes", f"{PAGE}/off"):
        assert client.post(path).location == "/auth/login"
    # Nor does it show anything to who has not given a password.
    assert client.get(ARRIVING).location == "/auth/login"
