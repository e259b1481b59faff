"""A crowd at the login takes neither all memory nor the other pages."""

import runpy
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.auth import passwords
from {{ cookiecutter.project_slug }}.core.environ import Rate
from {{ cookiecutter.project_slug }}.core.web import request

from .acting import NEW_PASSWORD
from .browser import EMAIL, PASSWORD, Browser
from .conftest import MakeApp
from .hashing import watch_hashing
from .inside import rows
from .letters import ask_for_link

CONFIGURATION = Path(__file__).parent.parent / "gunicorn.conf.py"


def test_few_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[int] = []
    go_on = Event()

    def stay() -> None:
        inside.append(1)
        go_on.wait()

    watch_hashing(monkeypatch, stay)
    with ThreadPoolExecutor(10) as threads:
        hashes = [threads.submit(passwords.hash_password, "abc") for _ in range(10)]
        while not inside:
            time.sleep(0.001)
        time.sleep(0.1)
        at_once = len(inside)
        go_on.set()
    assert at_once <= passwords.AT_ONCE == 2
    # Nobody's turn is lost.
    assert all(passwords.verify(found.result(), "abc") for found in hashes)


@contextmanager
def crowd() -> Iterator[None]:
    """Leave no place."""
    for _ in range(passwords.QUEUE_SLOTS):
        passwords.queue_slots.acquire()
    try:
        yield
    finally:
        passwords.queue_slots.release(passwords.QUEUE_SLOTS)


def test_who_finds_no_place_is_told_when_to_come_back(
    app: Flask, client: Browser, user: str
) -> None:
    with crowd():
        refused = client.login()
        assert client.get("/").status_code == 200
        # Sent away without a look at the password: that was no attempt.
        assert rows(app, "SELECT count FROM throttles") == []
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    assert "Please try again shortly." in refused.text
    assert client.login().status_code == 303


def test_who_confirms_a_password_finds_a_place_before_it_counts(
    configure: MakeApp, user: str
) -> None:
    browser = Browser(configure(login_attempts_per_account=Rate(1, 900)))
    browser.login()
    form = {"password": PASSWORD}
    with crowd():
        assert browser.post("/auth/confirm", data=form).status_code == 503
        assert browser.post("/auth/confirm", data=form).status_code == 503
    assert browser.post("/auth/confirm", data=form).status_code == 303


def test_to_judge_a_password_takes_a_place(app: Flask) -> None:
    with app.app_context(), crowd(), pytest.raises(ServiceUnavailable):
        passwords.weakness(NEW_PASSWORD, email=EMAIL, name="Ana")


@pytest.mark.parametrize("start", ["/auth/register", "/auth/reset"])
def test_who_chooses_a_password_finds_a_place_before_it_counts(
    configure: MakeApp, user: str, start: str
) -> None:
    browser = Browser(configure(login_attempts_per_address=Rate(1, 900)))
    email = EMAIL if start == "/auth/reset" else "bob@example.com"
    browser.get(ask_for_link(browser, start, email))
    form = {"name": "Bob", "password": NEW_PASSWORD}
    with crowd():
        assert browser.post(f"{start}/finish", data=form).status_code == 503
        assert browser.post(f"{start}/finish", data=form).status_code == 503
    assert browser.post(f"{start}/finish", data=form).status_code == 303


def test_some_threads_are_left_for_other_pages() -> None:
    served_by = runpy.run_path(str(CONFIGURATION))
    assert served_by["worker_class"] == "gthread"
    assert served_by["threads"] * 0.8 >= passwords.QUEUE_SLOTS + request.AT_ONCE


def send_form(client: Browser, address: str = "127.0.0.1") -> TestResponse:
    """Send a form that arrives at once, from some address."""
    form = {"name": "Anna", "language": "en"}
    return client.post("/account/", data=form, environ_overrides={"REMOTE_ADDR": address})


def test_forms_that_do_not_arrive_keep_some_threads_for_other_pages(
    client: Browser, user: str
) -> None:
    client.login()
    with ExitStack() as held:
        for number in range(request.AT_ONCE):
            held.enter_context(request.receiving.queue_slot(f"192.0.2.{number}"))
        refused = send_form(client)
        assert client.get("/account/").status_code == 200
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    # Nobody's place is lost.
    for _ in range(request.AT_ONCE + 1):
        assert send_form(client).status_code == 303


def test_one_network_does_not_take_the_places_of_all(client: Browser, user: str) -> None:
    """One client with many connections would keep everybody else from logging in."""
    client.login()
    with ExitStack() as held:
        # A host has a whole /64 of addresses.
        for _ in range(request.AT_ONCE_PER_NETWORK):
            held.enter_context(request.receiving.queue_slot("2001:db8::"))
        for address in ("2001:db8::1", "2001:db8::9"):
            assert send_form(client, address).status_code == 503
        assert send_form(client, "2001:db8:1::1").status_code == 303
    assert send_form(client, "2001:db8::1").status_code == 303
