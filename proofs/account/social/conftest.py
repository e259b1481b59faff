"""Serve a provider, and apps that trust it, as the part's own tests do."""

from collections.abc import Callable

import pytest
from flask import Flask

from ....account.social.conftest import (
    browser as browser,
    provider as provider,
    served_provider as served_provider,
)
from ....account.social.provider import Provider
from ....conftest import MakeApp
from ....support.http import Browser
from .trips import arrive

Configure = Callable[..., Flask]


def trusts_acme(app: Flask) -> None:
    """Name the app that `configure` keeps: its settings come from the environment."""


@pytest.fixture
def trusting(provider: Provider, configure: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Flask:
    for name, text in provider.environ().items():
        monkeypatch.setenv(name, text)
    return configure(trusts_acme)


@pytest.fixture
def trust(provider: Provider, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Return a function that makes an app with providers of these names, all of them one site."""

    def make(*names: str, environ: dict[str, str] | None = None, **changes: object) -> Flask:
        known: dict[str, str] = {}
        for name in names:
            known |= provider.environ(name)
        known |= {"SOCIAL_PROVIDERS": ",".join(names), "SOCIAL_TRUSTED_ADDRESSES": ",".join(names)}
        for name, text in {**known, **(environ or {})}.items():
            monkeypatch.setenv(name, text)
        return make_app(**changes)

    return make


@pytest.fixture
def ana(browser: Browser) -> Browser:
    """Return the browser of a user without a password, with a connected account."""
    assert arrive(browser).status_code == 303
    assert browser.is_signed_in()
    return browser
