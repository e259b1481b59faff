"""The pages of the guide are open only in development, to the machine of the developer."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.auth.guards import is_public

from ...conftest import MakeApp
from ...support.http import Browser

LOCALHOST = "http://localhost:5000"
PAGES = ("/dev/guide", "/dev/session", "/dev/guide-labs.md")
RULES = {"/dev/guide", "/dev/session", "/dev/guide-<topic>.md"}


@pytest.fixture
def desk(configure: MakeApp) -> Browser:
    """Return a browser on the machine of the developer."""
    return Browser(configure(development=True, public_url=LOCALHOST), origin=LOCALHOST)


def test_a_served_app_has_no_guide_pages(app: Flask, client: Browser, user: str) -> None:
    assert [name for name in app.view_functions if name.startswith("guide.")] == []
    client.login()
    for page in PAGES:
        assert client.get(page).status_code == 404


def test_development_opens_only_these_guide_pages(desk: Browser) -> None:
    app = desk.application
    with app.app_context():
        ours = {name for name in app.view_functions if name.startswith("guide.")}
        assert {name for name in ours if is_public(name)} == ours
    assert {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in ours} == RULES


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "header",
    ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"],
)
def test_a_tunnel_that_rewrites_the_host_does_not_open_the_guide(
    desk: Browser, page: str, header: str
) -> None:
    assert desk.get(page).status_code == 200
    assert desk.get(page, headers={header: "203.0.113.9"}).status_code == 404
