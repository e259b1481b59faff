"""Sensitive views ask for the password again after ten minutes."""

from urllib.parse import urlencode

import pytest
from time_machine import TimeMachineFixture

from my_flask_app.core.environ import Rate

from ...auth import test_confirm
from ...auth.test_confirm import (
    CONFIRM,
    JSON,
    TEN_MINUTES,
    WRONG,
    BuildVault,
    asks,
    confirm,
)
from ...support.accounts import change_password
from ...support.http import ORIGIN, PASSWORD, Browser, set_cookies
from ...support.sql import selects, statements

build = test_confirm.build
site = test_confirm.site


def test_a_form_sent_after_the_session_expired_leads_back_to_its_page(
    site: Browser, clock: TimeMachineFixture
) -> None:
    clock.shift(TEN_MINUTES)
    form = {"what": "all of it"}
    asked = site.post(
        "/test-vault/take", data=form, headers={"Referer": f"{ORIGIN}/test-vault?shelf=2"}
    )
    assert asked.location == f"{CONFIRM}?next=/test-vault?shelf%3D2"
    answer = confirm(site, next="/test-vault?shelf=2")
    assert site.application.config["TAKEN"] == []
    assert answer.location == "/test-vault?shelf=2"
    site.post("/test-vault/take", data=form)
    assert site.application.config["TAKEN"] == ["all of it"]


def test_the_way_back_is_found_behind_a_proxy_that_names_its_own_host(
    build: BuildVault, user: str, clock: TimeMachineFixture
) -> None:
    inside = Browser(build(trusted_proxies=1), origin="http://10.0.0.5:8000")
    inside.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    # Bound to its host and to https.
    cookies = set_cookies(inside.login(base_url="https://10.0.0.5:8000"))
    assert cookies
    clock.shift(TEN_MINUTES)
    headers = {
        "Referer": f"{ORIGIN}/test-vault",
        "Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies),
    }
    assert (
        inside.post("/test-vault/take", headers=headers).location == f"{CONFIRM}?next=/test-vault"
    )


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"]
)
def test_confirming_never_leads_to_another_site(site: Browser, target: str) -> None:
    assert confirm(site, next=target).location == "/"
    query = urlencode({"next": target})
    assert site.post(f"{CONFIRM}?{query}", data={"password": PASSWORD}).location == "/"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_program_gets_the_demand_to_confirm_as_json(
    site: Browser, clock: TimeMachineFixture, method: str
) -> None:
    clock.shift(TEN_MINUTES)
    path = {"GET": "/test-vault", "POST": "/test-vault/take"}[method]
    refused = site.open(path, method=method, headers=JSON)
    assert refused.status_code == 403
    assert refused.json == {
        "error": "Please confirm your password first.",
        "location": "/auth/confirm",
    }
    assert "Location" not in refused.headers


@pytest.mark.parametrize("password", ["", WRONG, PASSWORD.upper(), f"{PASSWORD} ", "x" * 257])
def test_a_wrong_password_proves_nothing(
    site: Browser, clock: TimeMachineFixture, password: str
) -> None:
    clock.shift(TEN_MINUTES)
    before = site.jar()
    refused = confirm(site, password, next="/test-vault")
    assert refused.status_code == 422
    assert 'id="password-error"' in refused.text
    assert 'value="/test-vault"' in refused.text
    assert password not in refused.text or not password
    assert site.jar().keys() == before.keys()
    assert asks(site.get("/test-vault"))
    assert site.is_signed_in()


def test_guesses_are_counted_for_the_address_as_well(build: BuildVault, user: str) -> None:
    app = build(login_attempts_per_address=Rate(3, 900))
    site = Browser(app)
    site.login()
    assert [confirm(site, WRONG).status_code for _ in range(3)] == [422, 422, 429]


def test_the_right_password_resets_the_count(build: BuildVault, user: str) -> None:
    site = Browser(build(login_attempts_per_account=Rate(2, 900)))
    site.login()
    for _ in range(3):
        assert confirm(site, WRONG).status_code == 422
        assert confirm(site).status_code == 303


def test_a_changed_password_is_proof_as_well(site: Browser, clock: TimeMachineFixture) -> None:
    clock.shift(TEN_MINUTES)
    assert change_password(site) == 303
    assert site.get("/test-vault").text == "gold"


def test_a_setting_says_how_long_a_confirmation_lasts(
    build: BuildVault, user: str, clock: TimeMachineFixture
) -> None:
    site = Browser(build(reauthentication_seconds=30))
    site.login()
    clock.shift(29)
    assert site.get("/test-vault").text == "gold"
    clock.shift(1)
    assert asks(site.get("/test-vault"))


def test_asking_costs_no_statement(site: Browser, clock: TimeMachineFixture) -> None:
    def cost() -> int:
        with statements(site.application) as run:
            site.get("/test-vault")
        return len(selects(run))

    fresh = cost()
    clock.shift(TEN_MINUTES)
    site.get("/")
    assert [fresh, cost()] == [1, 1]
