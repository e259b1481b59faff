"""REQUIRE_SECOND_FACTOR: every user has to set up a second factor, if a part offers one."""

import pytest
from flask import Blueprint, Flask

from {{ cookiecutter.project_slug }}.auth.parts import Part
from {{ cookiecutter.project_slug }}.core.environ import ConfigError

from ..conftest import MakeApp
from ..support.accounts import add_user
from ..support.http import Browser
from ..support.parts import use_parts, word

BOB = "bob@example.com"
PAGE = "/word"


@pytest.fixture
def strict(make_app: MakeApp, user: str, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return an app in which Ana has a secret word as second factor, and Bob has none yet."""
    pages = Blueprint("word", __name__)
    pages.add_url_rule(PAGE, "set_up", lambda: "Think of a word.")
    more = Part(order=2, menu=("account.profile", "Another page"))
    use_parts(
        monkeypatch,
        Part(order=1, factor=word(), blueprints=[pages], menu=("word.set_up", "Your word")),
        more,
    )
    app = make_app(require_second_factor=True)
    with app.app_context():
        add_user(BOB, name="Bob")
    return app


@pytest.fixture
def bob(strict: Flask) -> Browser:
    browser = Browser(strict)
    browser.login(BOB)
    return browser


@pytest.mark.parametrize("part", [None, Part(order=1, menu=("account.profile", "A page"))])
def test_the_app_does_not_start_if_no_part_offers_a_second_factor(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, part: Part | None
) -> None:
    use_parts(monkeypatch, *([part] if part else []))
    with pytest.raises(ConfigError) as refused:
        make_app(require_second_factor=True)
    assert str(refused.value) == (
        "REQUIRE_SECOND_FACTOR is true, but no part of the account offers a second factor: "
        "unset it."
    )
    assert make_app()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/account/", "/account/password"])
def test_a_user_without_a_second_factor_is_sent_to_set_one_up(
    bob: Browser, path: str, method: str
) -> None:
    refused = bob.open(path, method=method)
    assert (refused.status_code, refused.location) == (303, PAGE)
    assert bob.get("/").location == PAGE
    assert bob.get(PAGE).text == "Think of a word."
    assert bob.get("/auth/confirm").status_code == 200
    assert bob.get("/healthz").status_code == 200
    assert bob.delete("/account/").status_code == 405
