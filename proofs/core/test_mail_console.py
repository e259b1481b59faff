"""In development mails are printed, and shown only to this machine."""

import pytest

from my_flask_app.core.mail.worker import MailWorker

from ...conftest import MakeApp
from ...support.http import Browser

MAILBOX = "/dev/mailbox"


@pytest.fixture
def desk(configure: MakeApp) -> Browser:
    """Return a browser on the machine of the developer."""
    here = "http://localhost:5000"
    app = configure(development=True, public_url=here)
    app.extensions["mailbox"].clear()
    return Browser(app, origin=here)


def test_looking_into_the_mailbox_sends_what_a_command_left(
    desk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[MailWorker] = []
    desk.get("/")
    monkeypatch.setattr(MailWorker, "running", True)
    monkeypatch.setattr(MailWorker, "wake", lambda self: woken.append(self))
    desk.get("/")
    assert not woken
    desk.get(MAILBOX)
    assert woken
