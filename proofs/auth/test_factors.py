"""The confirm page asks for the second factor of a part, without knowing the part."""

from time_machine import TimeMachineFixture

from my_flask_app.core.environ import Rate

from ...auth import test_confirm
from ...auth.test_confirm import name
from ...conftest import MakeApp
from ...support.accounts import add_user, change_password
from ...support.http import PASSWORD, Browser
from ...support.parts import RIGHT, add_word

ana = test_confirm.ana

CONFIRM = "/auth/confirm"
BOB = "bob@example.com"
WRONG = "not the password at all"
TEN_MINUTES = 600


def test_the_page_asks_for_it_and_takes_both_together(ana: Browser) -> None:
    page = ana.get(CONFIRM).text
    assert 'name="word"' in page
    assert "A jam." in page
    assert ana.post(CONFIRM, data={**RIGHT, "next": "/account/"}).location == "/account/"
    assert name(ana) == "Ana!"


def test_wrong_second_factors_are_counted_with_wrong_passwords(
    configure: MakeApp, user: str
) -> None:
    app = configure(add_word, login_attempts_per_account=Rate(3, 900))
    ana = Browser(app)
    ana.login()
    assert ana.post(CONFIRM, data=RIGHT).status_code == 303
    tries = [{"password": WRONG, "word": "x"}, *[{**RIGHT, "word": "honey"}] * 2, RIGHT]
    assert [ana.post(CONFIRM, data=form).status_code for form in tries] == [422, 422, 422, 429]
    assert name(ana) == "Ana!"
    assert Browser(app).login().status_code == 303


def test_a_user_without_a_second_factor_confirms_by_password(ana: Browser) -> None:
    with ana.application.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(ana.application)
    bob.login(BOB)
    assert 'name="word"' not in bob.get(CONFIRM).text
    assert bob.post(CONFIRM, data={"password": PASSWORD}).status_code == 303


def test_without_a_second_factor_the_password_on_the_page_is_enough(
    ana: Browser, clock: TimeMachineFixture
) -> None:
    with ana.application.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(ana.application)
    bob.login(BOB)
    clock.shift(TEN_MINUTES)
    assert bob.get("/account/password").status_code == 200
    assert change_password(bob) == 303
