"""Mails reach a real server unchanged, or not at all."""

import logging
import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from flask import Flask

from my_flask_app.core import mail
from my_flask_app.core.db import db
from my_flask_app.core.environ import MailServer
from my_flask_app.core.mail import transport

from ...conftest import MakeApp
from ...support.http import EMAIL, ORIGIN, Browser
from ..support.mail import SMTP_HOST, SMTPServer

NAME = "Padaria São João \N{CROISSANT}"


@pytest.fixture(autouse=True)
def nobody_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)


@pytest.fixture
def site(configure: MakeApp, server: SMTPServer, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return an app that mails by that server, without password and encryption."""
    app = configure(
        mail_server=MailServer("smtp", SMTP_HOST, server.port),
        mail_from="Padaria São João <bread@app.example>",
    )
    monkeypatch.setitem(app.config, "APP_NAME", NAME)
    return app


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a self-signed certificate and its key in one file."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(SMTP_HOST))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


def send(app: Flask) -> tuple[int, int]:
    """Request a link; return how many mails were sent and how many failed."""
    Browser(app).post("/auth/register", data={"email": EMAIL})
    with app.app_context():
        return mail.deliver()


def test_a_mail_arrives_with_its_headers_and_its_link_in_one_piece(
    site: Flask, server: SMTPServer
) -> None:
    assert send(site) == (1, 0)
    (message,) = server.messages
    assert message["To"] == EMAIL
    # A further recipient would be in no header.
    assert server.recipients == [EMAIL]
    assert message["From"] == "Padaria São João <bread@app.example>"
    assert NAME in message["Subject"]
    assert message["Date"].datetime
    assert message["Message-ID"].endswith("@app.example>")
    lines = message.get_content().splitlines()
    (link,) = [line for line in lines if "://" in line]
    assert link.startswith(f"{ORIGIN}/auth/register/")
    assert len(link) > 60
    # No header that names this machine.
    assert {*message.keys()} == {
        *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"),
        *("Content-Type", "Content-Transfer-Encoding"),
        *("Auto-Submitted", "X-Auto-Response-Suppress"),
    }


def test_no_holiday_notice_answers_a_mail(site: Flask, server: SMTPServer) -> None:
    """RFC 3834, and the header that Exchange reads."""
    assert send(site) == (1, 0)
    (message,) = server.messages
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"


@pytest.mark.parametrize(
    ("app_name", "eight_bits", "whole"),
    [("App", True, True), ("App", False, True), (NAME, True, True), (NAME, False, False)],
)
def test_a_link_stays_whole_in_the_raw_mail_where_the_server_can_do_it(
    site: Flask,
    server: SMTPServer,
    monkeypatch: pytest.MonkeyPatch,
    app_name: str,
    eight_bits: bool,
    whole: bool,
) -> None:
    monkeypatch.setitem(site.config, "APP_NAME", app_name)
    server.eight_bits = eight_bits
    assert send(site) == (1, 0)
    text = server.messages[0].get_content()
    assert app_name in text
    (link,) = [line for line in text.splitlines() if "://" in line]
    raw = server.raw[0].replace(b"\r\n", b"\n")
    assert (f"\n{link}\n".encode() in raw) == whole
    assert (f'\n<a href="{link}">{link}</a>\n'.encode() in raw) == whole
    assert eight_bits or raw.isascii()
    # RFC 2045 6.4: the whole is marked like its parts.
    assert server.messages[0]["Content-Transfer-Encoding"] == ("8bit" if eight_bits else None)


def test_a_line_that_is_too_long_for_mail_servers_is_encoded(
    site: Flask, server: SMTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(site.config, "APP_NAME", "long " * 300)
    assert send(site) == (1, 0)
    assert max(map(len, server.raw[0].splitlines())) <= 998


def test_a_password_is_used_where_there_is_one(configure: MakeApp, server: SMTPServer) -> None:
    app = configure(mail_server=MailServer("smtp", SMTP_HOST, server.port, "ana", "s3cret"))
    assert send(app) == (1, 0)
    assert server.logins == ["\0ana\0s3cret"]


def test_a_mail_is_not_sent_where_encryption_is_not_offered(
    configure: MakeApp,
    server: SMTPServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Only the loopback address may go without; in this test it counts as another host."""
    monkeypatch.setattr(transport, "is_loopback", lambda host: False)
    app = configure(mail_server=MailServer("smtp", SMTP_HOST, server.port, "ana", "s3cret"))
    assert send(app) == (0, 1)
    assert server.messages == []
    assert server.logins == []
    assert "STARTTLS extension not supported" in caplog.text


@pytest.mark.parametrize(
    ("host", "logins"),
    [("localhost", 1), ("mail.localhost", 1), ("evillocalhost", 0), ("localhost.evil.example", 0)],
)
def test_a_host_name_like_localhost_gets_no_password_in_clear(
    configure: MakeApp,
    server: SMTPServer,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    logins: int,
) -> None:
    """Any server could answer under this name."""
    connect = socket.create_connection

    def look_up(address: tuple[str, int], *args: Any, **more: Any) -> socket.socket:
        assert address[0] == host
        return connect((SMTP_HOST, address[1]), *args, **more)

    monkeypatch.setattr(socket, "create_connection", look_up)
    app = configure(mail_server=MailServer("smtp", host, server.port, "ana", "s3cret"))
    assert send(app) == (logins, 1 - logins)
    assert len(server.messages) == len(server.logins) == logins


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_certificate_of_the_server_is_checked(
    configure: MakeApp,
    server: SMTPServer,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    scheme: str,
    trusted: bool,
) -> None:
    monkeypatch.setattr(transport, "is_loopback", lambda host: False)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(certificate)
    server.tls_first = scheme == "smtps"
    app = configure(mail_server=MailServer(scheme, SMTP_HOST, server.port, "ana", "s3cret"))

    with caplog.at_level(logging.ERROR):
        assert send(app) == ((1, 0) if trusted else (0, 1))
    assert len(server.messages) == len(server.logins) == trusted
    assert ("CERTIFICATE_VERIFY_FAILED" in caplog.text) == (not trusted)


@pytest.mark.parametrize("recipient", [f"{EMAIL}\nBcc: eve@example.com", f"{EMAIL}\r\n\r\nhello"])
def test_an_address_cannot_bring_headers_along(
    site: Flask, server: SMTPServer, recipient: str
) -> None:
    """The forms refuse such addresses; here one is in the outbox anyway."""
    with site.test_request_context():
        mail.enqueue("register", recipient)
        db.session.commit()
        assert mail.deliver() == (0, 1)
    assert server.messages == []
