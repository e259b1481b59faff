"""Operators remove a lost second factor, and see which users have one."""

from flask import Flask

from ...support.accounts import add_user
from ...support.cli import run
from ...support.http import EMAIL
from ...support.sql import rows
from .phone import equip

BOB = "bob@example.com"


def test_a_reset_leaves_the_second_factors_of_other_users(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    for email in (EMAIL, BOB):
        equip(app, email)
    run(app, "reset-second-factor", EMAIL)
    for table in ("second_factors", "recovery_codes"):
        left = rows(app, f"SELECT DISTINCT email FROM users JOIN {table} ON user_id = users.id")
        assert left == [{"email": BOB}]
