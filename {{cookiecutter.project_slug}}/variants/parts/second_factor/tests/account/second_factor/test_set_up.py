"""A user sets up a second factor, changes it, or has to have one."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.account import PARTS
from {{ cookiecutter.project_slug }}.account.second_factor import codes

from ...conftest import MakeApp
from ...support.accounts import add_user, copy_of, handles
from ...support.cli import run
from ...support.html import addresses
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import letters
from ...support.sql import rows, run_sql
from .phone import ARRIVING, PAGE, Phone, equip, give_code, give_password, secret_on, switch_on

BOB = "bob@example.com"
JSON = {"Accept": "application/json"}
each_change = pytest.mark.parametrize("path", [f"{PAGE}/off", f"{PAGE}/codes"])

OPEN = {
    "account.choose_language",
    "auth.logout",
    "confirm.show",
    "pages.healthz",
    "reset.finish",
    "reset.open_mailed",
    "reset.start",
    "second_factor.manage",
    "static",
}
OTHERS = {*PARTS} - {"second_factor"}


def kinds(app: Flask) -> list[str]:
    found = rows(app, "SELECT kind FROM events ORDER BY id")
    return [row["kind"] for row in found if row["kind"] not in {"login", "session_rotated"}]


def state(app: Flask) -> dict[str, object]:
    found = rows(app, "SELECT secret, since, last_step FROM second_factors")
    return found[0] if found else {}


def test_the_account_page_links_to_the_second_factor(ana: Browser) -> None:
    assert f'href="{PAGE}"' in ana.get("/account/").text


def test_a_code_of_the_app_switches_the_second_factor_on(app: Flask, ana: Browser) -> None:
    phone = switch_on(ana)
    assert state(app)["secret"]
    assert len(set(phone.recovery_codes)) == 10
    # 120 random bits each, so a slow hash would add nothing.
    assert {len(code.replace("-", "")) for code in phone.recovery_codes} == {24}
    assert kinds(app) == ["second_factor_on"]
    assert ana.is_signed_in()
    page = ana.get(PAGE).text
    assert "10 recovery codes left" in page
    # The page never shows them again.
    assert not any(code in page for code in phone.recovery_codes)
    assert phone.secret not in page.replace(" ", "")


def test_a_wrong_code_is_refused_and_the_right_one_still_accepted(ana: Browser) -> None:
    phone = Phone(secret_on(ana.get(PAGE)), [])
    refused = ana.post(PAGE, data={"code": phone.wrong_code()})
    assert refused.status_code == 422
    assert "the clock of your phone may be wrong" in refused.text
    assert ana.post(PAGE, data={"code": phone.code()}).status_code == 200


def test_a_password_reset_during_set_up_discards_the_second_factor(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone(secret_on(ana.get(PAGE)), [])

    def reset_meanwhile(secret: str, typed: str) -> int:
        run_sql(app, "UPDATE users SET session_epoch = session_epoch + 1")
        return 1

    monkeypatch.setattr(codes, "matching_step", reset_meanwhile)
    refused = ana.post(PAGE, data={"code": phone.code()})
    assert (refused.status_code, refused.location) == (303, PAGE)
    assert state(app) == {}
    assert letters(app) == []


@pytest.fixture
def phone(app: Flask, user: str, clock: TimeMachineFixture) -> Phone:
    return equip(app)


@pytest.fixture
def owner(client: Browser, phone: Phone) -> Browser:
    """Return a browser in which the user is signed in with both factors."""
    give_password(client)
    give_code(client, phone.code())
    return client


def has_second_factor(app: Flask) -> bool:
    return bool(rows(app, "SELECT user_id FROM second_factors"))


def test_without_its_second_factor_an_account_needs_only_the_password(
    app: Flask, owner: Browser
) -> None:
    done = owner.post(f"{PAGE}/off")
    assert (done.status_code, done.location) == (303, PAGE)
    assert "Two-factor authentication is off." in owner.get(PAGE).text
    assert not has_second_factor(app)
    assert rows(app, "SELECT * FROM recovery_codes") == []
    assert Browser(app).login().location == owner.home
    assert "second_factor_off" in kinds(app)
    (notice,) = letters(app)
    assert notice["To"] == EMAIL
    assert "Two-factor authentication is off." in notice.get_content()


@each_change
def test_each_change_ends_other_sessions_and_rotates_this_one(
    app: Flask, owner: Browser, phone: Phone, path: str
) -> None:
    other, half_way = Browser(app), Browser(app)
    give_password(other)
    give_code(other, phone.recovery_codes[0])
    give_password(half_way)
    thief = copy_of(owner)
    owner.post(path)
    assert owner.is_signed_in()
    assert not other.is_signed_in()
    assert not thief.is_signed_in()
    assert len(handles(app)) == 1
    assert half_way.get(ARRIVING).location == "/auth/login"


@each_change
def test_no_change_puts_off_the_question_for_a_proof(
    owner: Browser, clock: TimeMachineFixture, path: str
) -> None:
    """A thief at an open session could put it off forever."""
    clock.shift(599)
    assert owner.post(path).status_code in {200, 303}
    clock.shift(1)
    assert owner.get(PAGE).location.startswith("/auth/confirm")


@each_change
def test_each_change_leaves_the_recovery_codes_of_other_users(
    app: Flask, owner: Browser, path: str
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    of_bob, bob = equip(app, BOB), Browser(app)
    assert owner.post(path).status_code in {200, 303}
    bob.login(BOB)
    assert give_code(bob, of_bob.recovery_codes[0]).status_code == 303
    assert bob.is_signed_in()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", PAGE), ("POST", PAGE), ("POST", f"{PAGE}/off"), ("POST", f"{PAGE}/codes")],
)
def test_each_change_requires_a_password_and_code_of_the_last_ten_minutes(
    app: Flask,
    owner: Browser,
    phone: Phone,
    clock: TimeMachineFixture,
    method: str,
    path: str,
) -> None:
    clock.shift(601)
    asked = owner.open(path, method=method)
    assert asked.status_code == 303
    assert asked.location.startswith("/auth/confirm")
    assert owner.open(path, method=method, headers=JSON).status_code == 403
    assert has_second_factor(app)
    assert "second_factor_off" not in kinds(app)
    owner.post("/auth/confirm", data={"password": PASSWORD})
    assert owner.get(PAGE).status_code == 303
    owner.post("/auth/confirm", data={"password": PASSWORD, "code": phone.code()})
    assert owner.get(PAGE).status_code == 200


def test_a_reset_leaves_the_second_factors_of_other_users(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    for email in (EMAIL, BOB):
        equip(app, email)
    run(app, "reset-second-factor", EMAIL)
    for table in ("second_factors", "recovery_codes"):
        left = rows(app, f"SELECT DISTINCT email FROM users JOIN {table} ON user_id = users.id")
        assert left == [{"email": BOB}]


@pytest.fixture
def required(configure: MakeApp, user: str) -> Flask:
    return configure(require_second_factor=True)


@pytest.fixture
def newcomer(required: Flask) -> Browser:
    """Return the browser of a user without a second factor."""
    browser = Browser(required)
    browser.login()
    return browser


def is_led_to_it(browser: Browser, path: str, method: str = "GET") -> bool:
    answer = browser.open(path, method=method)
    return (answer.status_code, answer.location) == (303, PAGE)


def test_a_user_without_a_second_factor_can_open_only_these_pages(
    required: Flask, newcomer: Browser
) -> None:
    cookies = newcomer.jar()
    found = set()
    for rule, path in addresses(required):
        # Another part can be the second factor as well, and has its own test.
        if rule.endpoint.partition(".")[0] in OTHERS:
            continue
        for method in (rule.methods or set()) - {"OPTIONS"}:
            browser = Browser(required)
            browser.keep(cookies)
            if rule.endpoint != "auth.logout" and not is_led_to_it(browser, path, method):
                found.add(rule.endpoint)
    # The static files of an extension are public, as our own are.
    opened = {name for name in found if not name.endswith(".static")} | {"auth.logout"}
    assert opened == OPEN, (
        f"{sorted(opened ^ OPEN)} differs from the list: a user without a second factor may open "
        "only what is needed to set one up."
    )


def test_a_user_with_a_new_second_factor_can_open_every_page(newcomer: Browser) -> None:
    page = newcomer.get(PAGE).text
    assert "Please set up two-factor authentication first." in page
    assert 'href="/account/"' not in page.partition("<main")[2]
    switch_on(newcomer)
    assert newcomer.name() == "Ana"
    newcomer.post(f"{PAGE}/off")
    assert is_led_to_it(newcomer, newcomer.home)


def test_a_second_factor_is_not_required_by_default(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user(EMAIL)
    client.login()
    assert client.is_signed_in()
