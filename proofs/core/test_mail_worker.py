"""A separate thread sends the mails: it starts once, when needed, and keeps running."""

from datetime import datetime, timedelta
from threading import Event, Semaphore, Thread

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.core import mail
from my_flask_app.core.db import now
from my_flask_app.core.mail import outbox, worker
from my_flask_app.core.mail.worker import MailWorker

from ...conftest import MakeApp
from ...support.http import EMAIL, Browser
from ...support.sql import rows

SECONDS = 10
WAITING = "SELECT * FROM outbox"


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the names of the threads that start."""
    started: list[str] = []
    start = Thread.start

    def note(thread: Thread) -> None:
        started.append(thread.name)
        start(thread)

    monkeypatch.setattr(Thread, "start", note)
    return started


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Semaphore:
    """Count the finished rounds of the mail workers, and send no mail."""
    done = Semaphore(0)
    next_due = outbox.next_due

    def look() -> datetime | None:
        found = next_due()
        done.release()
        return found

    monkeypatch.setattr(mail, "post", lambda message: None)
    monkeypatch.setattr(outbox, "next_due", look)
    return done


def test_a_mail_is_sent_without_anybody_asking(make_app: MakeApp, rounds: Semaphore) -> None:
    app = make_app()
    app.testing = False
    Browser(app).post("/auth/register", data={"email": EMAIL})
    assert rounds.acquire(timeout=SECONDS)
    assert rows(app, WAITING) == []


def test_the_first_request_of_a_process_looks_for_what_the_last_one_left(
    app: Flask, make_app: MakeApp, rounds: Semaphore
) -> None:
    Browser(app).post("/auth/register", data={"email": EMAIL})
    assert len(rows(app, WAITING)) == 1
    other = make_app()
    other.testing = False
    Browser(other).get("/healthz")
    assert rounds.acquire(timeout=SECONDS)
    assert rows(app, WAITING) == []


def test_no_thread_starts_in_tests(app: Flask, threads: list[str]) -> None:
    Browser(app).post("/auth/register", data={"email": EMAIL})
    assert threads == []


def test_a_process_has_one_mail_worker_and_a_forked_one_its_own(
    threads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = Semaphore(0)
    one = MailWorker(Flask("app"), rounds.release, lambda: None)
    assert not one.running
    for _ in range(3):
        one.wake()
        assert rounds.acquire(timeout=SECONDS)
    assert one.running
    assert threads == ["mail_worker"]

    monkeypatch.setattr(worker.os, "getpid", lambda: -1)
    assert not one.running
    one.wake()
    assert rounds.acquire(timeout=SECONDS)
    assert threads == ["mail_worker", "mail_worker"]


def test_a_failing_database_does_not_end_the_thread(
    threads: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It looks again by itself, because mails may still wait."""
    outcomes = iter([RuntimeError("away"), RuntimeError("still away"), None])
    recovered = Event()

    def deliver() -> None:
        problem = next(outcomes)
        if problem is not None:
            raise problem
        recovered.set()

    monkeypatch.setattr(worker, "LOOK_AGAIN_SECONDS", 0)
    MailWorker(Flask("app"), deliver, lambda: None).wake()
    assert recovered.wait(SECONDS)
    assert threads == ["mail_worker"]
    assert caplog.text.count("the outbox could not be read") == 2


def test_the_thread_looks_around_now_and_then_for_what_a_command_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds = Semaphore(0)
    monkeypatch.setattr(worker, "LOOK_AROUND_SECONDS", 0)
    MailWorker(Flask("app"), rounds.release, lambda: None).wake()
    for _ in range(3):
        assert rounds.acquire(timeout=SECONDS)


def test_a_thread_that_could_not_start_is_started_by_the_next_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = MailWorker(Flask("app"), lambda: None, lambda: None)

    def fail(thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(Thread, "start", fail)
        with pytest.raises(RuntimeError):
            one.wake()
    assert not one.running
    one.wake()
    assert one.running


def test_the_thread_looks_again_when_the_next_mail_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    due = iter([now(), now() - timedelta(hours=1), None])
    rounds = Semaphore(0)
    monkeypatch.setattr(worker, "LEAST_SECONDS", 0)
    MailWorker(Flask("app"), rounds.release, lambda: next(due)).wake()
    for _ in range(3):
        assert rounds.acquire(timeout=SECONDS)
    assert not rounds.acquire(blocking=False)


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(timedelta(seconds=42), 42), (timedelta(days=1), 5 * 60), (-timedelta(days=1), 1)],
)
def test_the_worker_sleeps_until_the_next_mail_and_not_for_long(
    clock: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch, left: timedelta, seconds: int
) -> None:
    """A visitor's next mail is due when the earlier link expires, to the second."""
    slept: list[float] = []
    asleep = Semaphore(0)

    class Bell:
        def wait(self, seconds: float) -> None:
            slept.append(seconds)
            if len(slept) > 1:
                asleep.release()
                Event().wait()

        def clear(self) -> None: ...

        def set(self) -> None: ...

    one = MailWorker(Flask("app"), lambda: None, lambda: now() + left)
    monkeypatch.setattr(one, "_awake", Bell())
    one.wake()
    assert asleep.acquire(timeout=SECONDS)
    assert slept == [5 * 60, seconds]
