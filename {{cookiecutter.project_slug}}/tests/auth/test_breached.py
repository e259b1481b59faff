"""With BREACHED_PASSWORDS=refuse, the app asks a service about each new password."""

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from {{ cookiecutter.project_slug }}.core import breached

from ..conftest import MakeApp
from ..support.accounts import NEW_PASSWORD, change_password
from ..support.http import PASSWORD, Browser


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
