"""Send one message: to a mail server, or in development to the console."""

import smtplib
import ssl
from collections import deque
from email.message import EmailMessage

import click
from flask import current_app

from ...config import settings
from ..environ import MailServer, is_loopback

TIMEOUT_SECONDS = 20


def post(message: EmailMessage) -> None:
    """Send a message; raise OSError or SMTPException if the server does not accept it."""
    server = settings().mail_server
    if server.scheme == "none":
        raise OSError("MAIL_URL is none: this app sends no mail")
    if server.scheme == "console":
        mailbox().append(message)
        click.echo(_as_text(message))
        return
    with _connect(server) as smtp:
        if server.scheme == "smtp" and not is_loopback(server.host):
            smtp.starttls(context=_checking())
        if server.username:
            smtp.login(server.username, server.password)
        smtp.ehlo_or_helo_if_needed()
        if smtp.has_extn("8bitmime"):
            if message.is_multipart():
                # RFC 2045 6.4: not only its parts need the mark.
                message["Content-Transfer-Encoding"] = "8bit"
            smtp.send_message(message, mail_options=["BODY=8BITMIME"])
            return
        # Then non-ASCII text is encoded, and the encoding breaks a long link.
        message.policy = message.policy.clone(cte_type="7bit")
        smtp.send_message(message)


def mailbox() -> deque[EmailMessage]:
    """Return the console's latest mails, for `/dev/mailbox`."""
    box: deque[EmailMessage] = current_app.extensions["mailbox"]
    return box


def _connect(server: MailServer) -> smtplib.SMTP:
    host, port = server.host, server.port
    if server.scheme == "smtp":
        return smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=_checking())


def _checking() -> ssl.SSLContext:
    # It checks the certificate and its name: smtplib's default checks neither.
    return ssl.create_default_context()


def _as_text(message: EmailMessage) -> str:
    # Not `as_string`: it would wrap and encode the link.
    rule = "-" * 72
    head = f"To: {message['To']}\nSubject: {message['Subject']}"
    body = message.get_body(("plain",)) or message
    return f"{rule}\n{head}\n\n{body.get_content()}{rule}"
