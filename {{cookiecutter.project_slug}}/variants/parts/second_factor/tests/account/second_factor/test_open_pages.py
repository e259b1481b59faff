"""Visitors can open only one page of the second factor: the one that asks for the code."""

from flask import Flask

from {{ cookiecutter.project_slug }}.auth.guards import is_public

from ...support.http import Browser
from .phone import ARRIVING, PAGE


def test_only_the_code_page_is_public(app: Flask, client: Browser) -> None:
    with app.app_context():
        ours = {name for name in app.view_functions if name.startswith("second_factor.")}
        assert {name for name in ours if is_public(name)} == {"second_factor.challenge"}
    assert client.get(PAGE).location.startswith("/auth/login?")
    for path in (f"{PAGE}/codes", f"{PAGE}/off"):
        assert client.post(path).location == "/auth/login"
    # Without the password step, even this page redirects to login.
    assert client.get(ARRIVING).location == "/auth/login"
