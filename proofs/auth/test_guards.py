"""Every view requires login unless it is marked public."""

import pytest

from my_flask_app.auth.guards import login_not_required, signed_in_user

from ...conftest import MakeApp
from ...support.http import Browser

LOCALHOST = "http://localhost:5000"


def test_an_open_view_cannot_count_on_a_user(make_app: MakeApp) -> None:
    app = make_app()

    @app.get("/test-closed")
    @login_not_required
    def notes() -> str:
        return signed_in_user().name

    with pytest.raises(RuntimeError, match="open to everybody"):
        Browser(app).get("/test-closed")


def test_development_names_the_view_that_asked(
    configure: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    app = configure(development=True, public_url=LOCALHOST)
    browser = Browser(app, origin=LOCALHOST)
    page = browser.get(browser.get("/account/password").location)
    assert "account.password" in page.text
    assert "@login_not_required" in page.text
    assert "account.password asks for login" in caplog.text


@pytest.mark.parametrize(
    "wanted", ["", "/", "/nowhere", "/auth/login", "//account/", "/static/x", "http:["]
)
def test_development_says_nothing_of_pages_that_are_open(configure: MakeApp, wanted: str) -> None:
    app = configure(development=True, public_url=LOCALHOST)
    browser = Browser(app, origin=LOCALHOST)
    page = browser.get("/auth/login", query_string={"next": wanted})
    assert page.status_code == 200
    assert "@login_not_required" not in page.text
