"""A provider is one factor: a code is asked for as after a password."""

from flask import Flask

from .....account.second_factor.phone import ARRIVING, equip, give_code
from .....account.social.provider import Provider
from .....support.accounts import copy_of
from .....support.http import Browser
from ..conftest import Configure
from ..trips import CONFIRM, CONNECT, LOGIN, arrive

PAGE = "/auth/confirm"


def test_a_login_leads_to_the_code(trusting: Flask, ana: Browser) -> None:
    phone = equip(trusting)
    ana.logout()
    assert arrive(ana, next="/account/").location == ARRIVING
    assert not ana.is_signed_in()
    assert give_code(ana, phone.wrong_code()).status_code == 422
    assert not ana.is_signed_in()
    assert give_code(ana, phone.code()).status_code == 303
    assert ana.is_signed_in()


def test_a_login_with_a_code_is_no_recent_proof_either(trusting: Flask, ana: Browser) -> None:
    """The provider, which is the other factor, may have asked for its password a week ago."""
    phone = equip(trusting)
    ana.logout()
    arrive(ana)
    give_code(ana, phone.code())
    assert ana.is_signed_in()
    assert ana.post(CONNECT).location.startswith(PAGE)


def test_no_code_is_asked_for_if_the_operator_trusts_the_provider_with_it(
    trust: Configure, ana: Browser, provider: Provider
) -> None:
    equip(ana.application)
    browser = Browser(trust("acme", environ={"SOCIAL_ACME_TWO_FACTORS": "mfa"}))
    assert arrive(browser).location == ARRIVING
    provider.token["amr"] = ["pwd", "mfa"]
    assert arrive(browser).location == "/"
    assert browser.is_signed_in()
    # Nor is this a recent proof: it may have happened last week.
    assert browser.post(CONNECT).location.startswith(PAGE)


def test_a_code_goes_along_with_the_provider_and_each_alone_confirms_nothing(
    trusting: Flask, ana: Browser
) -> None:
    phone = equip(trusting)
    page = ana.get(PAGE).text
    assert CONFIRM in page
    assert 'name="code"' in page
    for form in ({}, {"code": ""}, {"code": phone.wrong_code()}):
        assert ana.post(CONFIRM, data=form).status_code == 422
    assert ana.post(PAGE, data={"code": phone.code()}).status_code == 422
    assert ana.post(CONNECT).location.startswith(PAGE)
    thief = copy_of(ana)
    assert arrive(ana, CONFIRM, code=phone.code()).status_code == 303
    assert ana.post(CONNECT).status_code == 200
    # The code is used up.
    assert thief.post(CONFIRM, data={"code": phone.code()}).status_code in {303, 422}
    assert arrive(thief, LOGIN).location.startswith(ARRIVING)
