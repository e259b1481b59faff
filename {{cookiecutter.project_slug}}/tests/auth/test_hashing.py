"""Hashing takes a queue slot, so that a crowd leaves threads for pages; a service knows breached passwords."""

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from {{ cookiecutter.project_slug }}.auth import passwords
from {{ cookiecutter.project_slug }}.config import RETRY_AFTER_SECONDS
from {{ cookiecutter.project_slug }}.core import breached
from {{ cookiecutter.project_slug }}.core.environ import Rate
from {{ cookiecutter.project_slug }}.core.web import request

from ..conftest import MakeApp
from ..support.accounts import NEW_PASSWORD, change_password, watch_hashing
from ..support.http import EMAIL, PASSWORD, Browser
from ..support.mail import ask_for_link
from ..support.settings import gunicorn_settings
from ..support.sql import rows


def test_at_most_two_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
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
    # Every call gets its turn.
    assert all(passwords.verify(found.result(), "abc") for found in hashes)


@contextmanager
def crowd() -> Iterator[None]:
    """Take every queue slot."""
    for _ in range(passwords.QUEUE_SLOTS):
        passwords.queue_slots.acquire()
    try:
        yield
    finally:
        passwords.queue_slots.release(passwords.QUEUE_SLOTS)


def test_a_login_without_a_queue_slot_gets_503_with_retry_after(
    app: Flask, client: Browser, user: str
) -> None:
    with crowd():
        refused = client.login()
        assert client.get("/auth/login").status_code == 200
        # The app did not check the password, so this was no attempt.
        assert rows(app, "SELECT count FROM throttles") == []
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == str(RETRY_AFTER_SECONDS)
    assert "Please try again shortly." in refused.text
    assert client.login().status_code == 303


def test_a_confirmation_without_a_queue_slot_is_not_counted(configure: MakeApp, user: str) -> None:
    browser = Browser(configure(login_attempts_per_account=Rate(1, 900)))
    browser.login()
    form = {"password": PASSWORD}
    with crowd():
        assert browser.post("/auth/confirm", data=form).status_code == 503
        assert browser.post("/auth/confirm", data=form).status_code == 503
    assert browser.post("/auth/confirm", data=form).status_code == 303


def test_rating_a_new_password_takes_a_queue_slot(app: Flask) -> None:
    with app.app_context(), crowd(), pytest.raises(ServiceUnavailable):
        passwords.weakness(NEW_PASSWORD, email=EMAIL, name="Ana")


@pytest.mark.parametrize("start", ["/auth/register", "/auth/reset"])
def test_a_new_password_without_a_queue_slot_is_not_counted(
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


def test_enough_threads_remain_for_other_pages() -> None:
    served_by = gunicorn_settings()
    assert served_by["worker_class"] == "gthread", (
        "set worker_class to gthread in gunicorn.conf.py: other workers serve no page while a "
        "password is hashed."
    )
    assert served_by["threads"] * 0.8 >= passwords.QUEUE_SLOTS + request.AT_ONCE, (
        "raise threads in gunicorn.conf.py: logins and slow forms could take all of them."
    )


class Service(ThreadingHTTPServer):
    """Answer as Have I Been Pwned does, on this machine."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.status = 200
        self.lines = [f"{'0' * 34}1:4"]
        self.asked: list[tuple[str, dict[str, str]]] = []

    def know(self, password: str, count: int = 3) -> None:
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        self.lines.append(f"{digest[5:]}:{count}")


class Answer(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write("\r\n".join(self.server.lines).encode())

    def log_message(self, *message: object) -> None:
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Run a service in a thread, and let the app ask it in place of the real one."""
    # A proxy of your own would be asked first.
    monkeypatch.setenv("no_proxy", "*")
    with Service() as running:
        monkeypatch.setattr(breached, "URL", f"http://127.0.0.1:{running.server_port}/range/")
        thread = Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_password_from_a_breach_is_refused(
    configure: MakeApp, user: str, service: Service
) -> None:
    client = Browser(configure(refuse_breached_passwords=True))
    client.login()
    service.know(NEW_PASSWORD)
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    refused = client.post("/account/password", data=form)
    assert refused.status_code == 422
    assert "This password is known from a data breach" in refused.text
    service.lines.pop()
    assert client.post("/account/password", data=form).status_code == 303


def test_by_default_no_service_is_asked(client: Browser, user: str, service: Service) -> None:
    client.login()
    service.know(NEW_PASSWORD)
    assert change_password(client) == 303
    assert service.asked == []
