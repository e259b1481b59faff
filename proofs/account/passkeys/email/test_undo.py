"""The undo link in the old mailbox removes the passkeys of a thief."""

from flask import Flask

from .....account.email.conftest import change_address, undo
from .....account.passkeys.authenticator import Authenticator, log_in
from .....support.http import Browser


def test_a_thief_s_passkey_does_not_outlive_an_undone_change_of_address(
    app: Flask, phone: Authenticator
) -> None:
    thief = Browser(app)
    thief.login()
    assert undo(Browser(app), change_address(thief)) == 303
    assert log_in(thief, phone).status_code == 400
    assert not thief.is_signed_in()
