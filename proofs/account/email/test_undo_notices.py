"""An undo cancels the notices of later changes, and no other mail."""

from flask import Flask
from time_machine import TimeMachineFixture

from ....account.email.conftest import FINISH, NEW, change_address, open_link_to, undo
from ....support.http import EMAIL, Browser
from ....support.mail import letters, link_in
from ....support.sql import rows, run_sql

NEWER = "ana.newer@example.com"


def test_a_notice_of_an_earlier_change_is_sent_however_late(
    app: Flask, ana: Browser, clock: TimeMachineFixture
) -> None:
    open_link_to(ana)
    ana.post(FINISH)
    # The old address accepts no mail for now.
    run_sql(app, "UPDATE outbox SET due_at = NULL")
    clock.shift(1)
    assert undo(Browser(app), change_address(ana, NEWER)) == 303
    run_sql(app, "UPDATE outbox SET due_at = created_at")
    mails = {letter["To"]: letter for letter in letters(app) if letter["To"] != NEW}
    assert undo(Browser(app), link_in(mails[EMAIL])) == 303
    assert rows(app, "SELECT email FROM users") == [{"email": EMAIL}]
