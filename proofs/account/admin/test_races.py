"""Two uses of an invitation at a time, and invitations that nobody used."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.account.admin import invitations

from ....account.admin.conftest import BOB, admin
from ....support.http import PASSWORD, Browser
from ....support.mail import letters, link_in
from ....support.sql import rows

__all__ = ["admin"]


def test_of_two_uses_of_one_invitation_one_creates_the_account(app: Flask, admin: Browser) -> None:
    admin.post("/admin/invite", data={"email": BOB, "role": "admin"})
    (letter,) = letters(app)
    link = link_in(letter)
    browsers = [Browser(app), Browser(app)]
    for browser in browsers:
        browser.get(link)
    form = {"name": "Bob", "password": PASSWORD}
    with ThreadPoolExecutor(2) as threads:
        sent = [threads.submit(one.post, "/auth/invitation", data=form) for one in browsers]
        done = sorted(one.result().status_code for one in sent)
    assert done == [303, 410]
    assert len(rows(app, "SELECT * FROM roles")) == 2
    assert not rows(app, "SELECT * FROM invitations")


def test_expired_invitations_are_purged(
    app: Flask, admin: Browser, clock: TimeMachineFixture
) -> None:
    admin.post("/admin/invite", data={"email": BOB})
    with app.app_context():
        assert invitations.purge() == 0
        clock.shift(invitations.LIFETIME)
        assert invitations.purge() == 1
