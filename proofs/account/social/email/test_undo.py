"""The undo link in the old mailbox removes what a thief connected."""

from flask import Flask

from .....account.email.conftest import change_address, undo
from .....account.social.provider import ANA, Provider
from .....support.accounts import NEW_PASSWORD
from .....support.http import EMAIL, Browser
from .....support.mail import letters, link_in
from .....support.sql import rows
from ..trips import BOB, CONFIRM, CONNECT, arrive, connections


def test_a_thiefs_account_at_a_provider_does_not_outlive_the_undo(
    trusting: Flask, provider: Provider, user: str
) -> None:
    thief = Browser(trusting)
    thief.login()
    provider.claims = dict(BOB)
    arrive(thief, CONNECT)
    letters(trusting)
    assert undo(Browser(trusting), change_address(thief)) == 303
    assert connections(trusting) == []
    arrive(thief)
    assert thief.name() != "Ana"


def test_an_undo_leads_an_owner_without_a_password_to_one(
    trusting: Flask, provider: Provider, ana: Browser
) -> None:
    """Every way to log in may be the thief's, so the mailbox alone decides."""
    arrive(ana, CONFIRM)
    letters(trusting)
    link = change_address(ana)
    owner = Browser(trusting)
    assert undo(owner, link) == 303
    assert connections(trusting) == []
    assert rows(trusting, "SELECT email, password_hash FROM users") == [
        {"email": EMAIL, "password_hash": None}
    ]
    mails = {letter["To"]: letter for letter in letters(trusting)}
    assert owner.get(link_in(mails[EMAIL])).status_code == 303
    form = {"password": NEW_PASSWORD}
    assert owner.post("/auth/reset/finish", data=form).status_code == 303
    assert owner.login(password=NEW_PASSWORD).status_code == 303
    assert provider.claims == ANA
