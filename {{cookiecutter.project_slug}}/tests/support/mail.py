"""Send waiting mails, and read them as their recipients do."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from flask import Flask

from {{ cookiecutter.project_slug }}.core.mail import deliver
from {{ cookiecutter.project_slug }}.core.mail.transport import mailbox

from .http import ORIGIN, Browser


class _Letter(EmailMessage):
    """A mail whose content is its text, which the HTML part repeats."""

    def get_content(self, *args: Any, **more: Any) -> Any:
        text = self.get_body(("plain",)) if self.is_multipart() else None
        return text.get_content() if text else super().get_content(*args, **more)


def read(raw: bytes) -> EmailMessage:
    """Read a mail as its recipient does."""
    return message_from_bytes(raw, policy=EmailPolicy(message_factory=_Letter))


def html_in(letter: EmailMessage) -> str:
    """Return the HTML part of a mail."""
    html = letter.get_body(("html",))
    assert html, "this mail has no HTML part: core/mail/ adds it to every mail."
    return str(html.get_content())


def letters(app: Flask) -> list[EmailMessage]:
    """Send the mails in the outbox, and return them."""
    with app.app_context():
        mailbox().clear()
        _, failed = deliver()
        assert not failed
        return [read(bytes(message)) for message in mailbox()]


def link_in(letter: EmailMessage) -> str:
    """Return the path of the one link in a mail; the link begins with the public URL."""
    words = letter.get_content().split()
    (url,) = [word for word in words if "://" in word]
    assert url.startswith(f"{ORIGIN}/")
    return str(url.removeprefix(ORIGIN))


def ask_for_link(browser: Browser, start: str, email: str) -> str:
    """Ask for a link on a page and return it from the mail."""
    assert browser.post(start, data={"email": email}).status_code == 200
    (letter,) = letters(browser.application)
    assert letter["To"] == email
    return link_in(letter)


def open_link(browser: Browser) -> None:
    """Open a mailed link, which the session of a visitor keeps."""
    browser.get(ask_for_link(browser, "/auth/register", "new@example.com"))
