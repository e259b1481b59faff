"""Where passkeys cannot work no page offers them, and commands tell of them."""

from pathlib import Path

import pytest
from flask import Flask

from my_flask_app.account.passkeys import part
from my_flask_app.config import Settings
from my_flask_app.core.environ import ConfigError

from ....account.passkeys.authenticator import LOGIN, PAGE, Authenticator, add, log_in, options
from ....account.passkeys.test_passkeys import url_of_passkey
from ....cli.test_users import fields
from ....conftest import MakeApp
from ....support.cli import a_project, run
from ....support.http import EMAIL, LOCALHOST, Browser
from ....support.parts import use_parts
from ....support.settings import run_flask
from ....support.sql import rows

SCRIPT = "passkeys.js"
NO_PASSKEYS = "Browsers offer no passkeys at this address."
REMARK = "info: PUBLIC_URL has an IP address, where browsers offer no passkeys: use a host name."


def offers(browser: Browser) -> list[bool]:
    """Tell, of the pages of a signed-in user, which has the button."""
    browser.logout()
    found = [SCRIPT in browser.get("/auth/login").text]
    browser.login()
    return [*found, *(SCRIPT in browser.get(path).text for path in (PAGE, "/auth/confirm"))]


@pytest.mark.parametrize("url", ["https://192.0.2.1", "https://[2001:db8::1]:8443"])
def test_at_an_ip_address_no_page_offers_passkeys(
    configure: MakeApp, phone: Authenticator, url: str
) -> None:
    browser = Browser(configure(public_url=url), origin=url)
    assert offers(browser) == [False, False, False]
    page = browser.get(PAGE).text
    assert NO_PASSKEYS in page
    assert 'value="My phone"' in page


@pytest.mark.parametrize(
    ("origin", "works"),
    [(LOCALHOST, True), ("http://127.0.0.1:5000", False), ("http://localhost:5001", False)],
)
def test_in_development_the_pages_offer_passkeys_at_one_origin_alone(
    configure: MakeApp, user: str, origin: str, works: bool
) -> None:
    app = configure(development=True, public_url=LOCALHOST)
    browser, device = Browser(app, origin=origin), Authenticator(origin=LOCALHOST, host="localhost")
    browser.login()
    assert add(browser, device).status_code == 201
    assert offers(browser) == [works, works, works]


def test_a_port_belongs_to_the_origin_and_not_to_the_relying_party(
    app: Flask, configure: MakeApp, user: str
) -> None:
    url = "https://app.example:8443"
    other = Browser(configure(public_url=url), origin=url)
    device = Authenticator(origin=url)
    other.login()
    assert options(other, PAGE)["rp"]["id"] == "app.example"
    assert add(other, device).status_code == 201
    assert other.get("/.well-known/passkey-endpoints").get_json()["manage"] == f"{url}{PAGE}"
    assert log_in(other, device).status_code == 200
    device.origin = "https://app.example"
    assert log_in(other, device).status_code == 400
    # It works at any port of the host, as PUBLIC_URL names it.
    assert log_in(Browser(app), device).status_code == 200


def test_without_the_last_passkey_the_password_lets_the_user_in(app: Flask, ana: Browser) -> None:
    add(ana, Authenticator())
    assert ana.post(f"{url_of_passkey(app)}/remove").location == PAGE
    ana.logout()
    assert ana.login().location == "/"
    assert ana.is_signed_in()


def test_deletion_removes_passkeys_and_challenges(app: Flask, phone: Authenticator) -> None:
    browser = Browser(app)
    browser.login()
    options(browser, PAGE)
    assert run(app, "delete", EMAIL).exit_code == 0
    for table in ("passkeys", "ceremonies"):
        assert rows(app, f"SELECT user_id FROM {table}") == []
    assert log_in(Browser(app), phone).status_code == 400


def test_an_operator_sees_how_many_passkeys_an_account_has(
    app: Flask, phone: Authenticator
) -> None:
    assert ["passkeys", "1"] in fields(run(app, "list", EMAIL))


@pytest.mark.parametrize(
    ("url", "told"),
    [("https://app.example", False), ("https://192.0.2.1", True), ("https://[2001:db8::1]", True)],
)
def test_doctor_tells_of_an_ip_address(
    served: Flask, settings: Settings, tmp_path: Path, url: str, told: bool
) -> None:
    with a_project(settings, tmp_path):
        done, _ = run_flask(tmp_path, "doctor", PUBLIC_URL=url, TRUSTED_PROXIES="1")
    assert (REMARK in done.output.splitlines()) == told


def test_passkeys_alone_meet_the_setting_that_requires_two_factors(
    make_app: MakeApp, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        use_parts(patch, part)
        app = make_app(require_second_factor=True)
    browser, device = Browser(app), Authenticator()
    browser.login()
    assert browser.get("/").location == PAGE
    assert add(browser, device).status_code == 201
    assert browser.get("/").status_code == 200
    assert Browser(app).login().location == f"{LOGIN}?next=/"
    use_parts(monkeypatch)
    with pytest.raises(ConfigError, match="no part of the account offers a second factor"):
        make_app(require_second_factor=True)
