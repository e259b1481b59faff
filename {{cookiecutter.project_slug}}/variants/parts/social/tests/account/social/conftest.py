"""Serve a provider, and an app that trusts it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.account.social import oidc

from ...conftest import MakeApp
from ...support.http import Browser
from .provider import Provider, serving


@pytest.fixture(scope="session")
def served_provider() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(served_provider: Provider) -> Provider:
    served_provider.reset()
    oidc._document.cache_clear()
    return served_provider


@pytest.fixture
def trusting(provider: Provider, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Flask:
    for name, text in provider.environ().items():
        monkeypatch.setenv(name, text)
    return make_app()


@pytest.fixture
def browser(trusting: Flask) -> Browser:
    return Browser(trusting)
