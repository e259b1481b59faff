"""Mails that strangers request neither flood a mailbox nor delay the user's own reset."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.auth import accounts
from my_flask_app.core import mail
from my_flask_app.core.db import db, now

from ...conftest import MakeApp
from ...support.accounts import change_user
from ...support.http import EMAIL, Browser
from ...support.mail import letters, link_in
from ...support.sql import everything_stored, meanwhile, rows, statements

REGISTER, RESET = "/auth/register", "/auth/reset"
NOBODY = "nobody@example.com"
WAITING = "SELECT recipient FROM outbox"
MINUTE = timedelta(minutes=1)


def browser_in(app: Flask, network: int) -> Browser:
    browser = Browser(app)
    browser.environ_base["REMOTE_ADDR"] = f"10.{network >> 8}.{network & 255}.1"
    return browser


def ask(app: Flask, path: str = RESET, email: str = EMAIL, *, network: int = 1) -> str:
    """Request a mail as a stranger from a new network; return the text of the page."""
    answer = browser_in(app, network).post(path, data={"email": email})
    assert answer.status_code == 200
    return answer.text


def opens(app: Flask, letter: EmailMessage, *, network: int) -> bool:
    return browser_in(app, network).get(link_in(letter)).status_code == 303


@pytest.mark.parametrize("path", [REGISTER, RESET])
@pytest.mark.parametrize("email", [EMAIL, NOBODY])
def test_each_mail_leaves_later_after_the_one_before(
    app: Flask, user: str, clock: TimeMachineFixture, path: str, email: str
) -> None:
    """The timing reveals no account: an unknown address is handled at the same times."""
    left, last = [], 0
    # The minutes around each of them, and some between.
    for minute in (*range(8), 20, 34, 35, 36, 37, 50, 64, 65, 66, 67, 80):
        clock.shift((minute - last) * MINUTE)
        last = minute
        ask(app, path, email, network=minute)
        with app.app_context():
            done, _ = mail.deliver()
        left += [minute] * done
    assert left == [0, 1, 6, 36, 66]


def test_requests_of_strangers_stop_no_reset_and_no_notice(
    app: Flask, user: str, clock: TimeMachineFixture
) -> None:
    first = ask(app, network=0)
    (newest,) = letters(app)
    for number in range(1, 201):
        # From many networks, at first faster than the mails are sent.
        assert ask(app, network=number) == first
        assert len(rows(app, WAITING)) <= 1
        with app.app_context():
            mail.notify(accounts.find(EMAIL), "password_changed")  # type: ignore[arg-type]
            db.session.commit()
        sent = letters(app)
        notices = [letter for letter in sent if "was changed" in letter["Subject"]]
        assert len(notices) == 1
        newest = next((letter for letter in sent if letter not in notices), newest)
        assert opens(app, newest, network=number)
        clock.shift(2 if number < 100 else 200)
    assert ask(app) == first
    owner = Browser(app)
    owner.get(link_in(newest))
    form = {"password": "five words for the owner"}
    assert owner.post("/auth/reset/finish", data=form).status_code == 303


def test_a_mail_delays_no_mail_of_another_purpose_or_recipient(app: Flask, user: str) -> None:
    for _ in range(3):
        ask(app, REGISTER)
    ask(app, RESET)
    ask(app, REGISTER, NOBODY)
    assert [letter["To"] for letter in letters(app)] == [EMAIL, EMAIL, NOBODY]


def test_after_a_day_the_pauses_start_over(
    app: Flask, user: str, clock: TimeMachineFixture
) -> None:
    for _ in range(4):
        ask(app)
        assert len(letters(app)) == 1
        clock.shift(timedelta(minutes=30))
    clock.shift(timedelta(hours=23, minutes=30))
    ask(app)
    assert len(letters(app)) == 1
    clock.shift(MINUTE)
    ask(app)
    assert len(letters(app)) == 1


def test_a_clock_that_was_set_back_holds_no_mail_for_long(
    app: Flask, user: str, clock: TimeMachineFixture
) -> None:
    ask(app)
    assert len(letters(app)) == 1
    clock.shift(-timedelta(days=300))
    ask(app)
    assert len(letters(app)) == 1


def test_mails_that_no_visitor_asked_for_are_not_counted_or_delayed(app: Flask, user: str) -> None:
    def leave() -> None:
        with app.app_context():
            mail.notify(accounts.find(EMAIL), "reset")  # type: ignore[arg-type]
            db.session.commit()

    for _ in range(3):
        leave()
        ask(app, RESET)
    # Each visitor asked once before any mail was sent.
    assert len(letters(app)) == 4
    leave()
    assert len(letters(app)) == 1


def test_a_mail_that_failed_was_not_sent(
    app: Flask, user: str, clock: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(message: EmailMessage) -> None:
        raise OSError("no route")

    ask(app)
    with monkeypatch.context() as patch, app.app_context():
        patch.setattr(mail, "post", fail)
        for _ in range(4):
            assert mail.deliver() == (0, 1)
            clock.shift(timedelta(hours=1))
    assert letters(app) == []
    # The app gave the mail up; a new request is sent within a minute.
    ask(app)
    clock.shift(MINUTE)
    assert len(letters(app)) == 1
    ask(app)
    assert letters(app) == []
    clock.shift(MINUTE)
    assert len(letters(app)) == 1


def test_a_new_request_does_not_wait_for_the_next_retry(
    app: Flask, user: str, clock: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a stranger's request during an outage would delay the user by an hour."""

    def fail(message: EmailMessage) -> None:
        raise OSError("no route")

    ask(app)
    with monkeypatch.context() as patch, app.app_context():
        patch.setattr(mail, "post", fail)
        for _ in range(3):
            assert mail.deliver() == (0, 1)
            clock.shift(timedelta(minutes=10))
    assert letters(app) == []
    ask(app)
    clock.shift(MINUTE)
    assert len(letters(app)) == 1


@pytest.mark.parametrize("arrives", [True, False])
def test_a_mail_requested_during_sending_is_sent_next(
    app: Flask,
    user: str,
    clock: TimeMachineFixture,
    monkeypatch: pytest.MonkeyPatch,
    arrives: bool,
) -> None:
    posted: list[EmailMessage] = []

    def post(message: EmailMessage) -> None:
        posted.append(message)
        if len(posted) == 1:
            meanwhile(lambda: ask(app))
            if not arrives:
                raise OSError("no route")

    monkeypatch.setattr(mail, "post", post)
    ask(app)
    with app.app_context():
        mail.deliver()
        clock.shift(MINUTE)
        mail.deliver()
    assert len(posted) == 2
    assert rows(app, WAITING) == []


def test_at_most_one_mail_waits_after_concurrent_requests(app: Flask, user: str) -> None:
    with ThreadPoolExecutor(max_workers=4) as threads:
        list(threads.map(lambda number: ask(app, network=number), range(20)))
    assert len(rows(app, WAITING)) == 1
    assert len(letters(app)) == 1


def test_of_several_workers_one_sends_and_the_pause_holds_for_all(
    app: Flask, make_app: MakeApp, user: str
) -> None:
    def deliver(worker: Flask) -> int:
        with worker.app_context():
            return mail.deliver()[0]

    workers = [app, make_app(), make_app()]
    for expected in (1, 0):
        ask(app)
        with ThreadPoolExecutor(max_workers=3) as threads:
            assert sum(threads.map(deliver, workers)) == expected
    assert len(rows(app, WAITING)) == 1


def test_a_request_looks_up_no_pause(app: Flask, user: str) -> None:
    """Its time does not depend on earlier mails."""
    ask(app)
    letters(app)
    for email in (EMAIL, NOBODY):
        with statements(app) as run:
            ask(app, email=email)
        assert not any(f"FROM {table}" in one for one in run for table in ("users", "throttles"))


def test_no_address_without_an_account_is_kept(app: Flask, clock: TimeMachineFixture) -> None:
    ask(app, RESET, NOBODY)
    letters(app)
    assert rows(app, WAITING) == []
    assert NOBODY.encode() not in everything_stored(app)
    clock.shift(timedelta(hours=24))
    app.test_cli_runner().invoke(args=["purge"])
    assert rows(app, "SELECT * FROM throttles") == []


def test_a_disabled_account_is_paused_as_any_other(
    app: Flask, user: str, clock: TimeMachineFixture
) -> None:
    with app.app_context():
        change_user(EMAIL, disabled_at=now())
    for expected in ((1, 0), (0, 0)):
        ask(app)
        with app.app_context():
            assert mail.deliver() == expected
