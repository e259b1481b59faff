"""Behind a real nginx, set up as the document says, the app knows who asks."""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.programs import needed
from ..support.running import must
from ..support.running import run_in
from ..support.server import Server
from ..support.server import free_port
from ..support.site import SERVED
from ..support.site import Site
from ..support.visitor import TIMEOUT_SECONDS
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

# Nginx itself asks from 127.0.0.1.
ADDRESS = "127.0.0.7"
HOST = "app.example"
EMAIL = "ana@example.com"
# One process, of the user who runs the tests; all that it writes stays in its folder.
NGINX = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {
        listen 127.0.0.1:PORT ssl;
        ssl_certificate site.pem;
        ssl_certificate_key site.pem;
        LOCATION
    }
}
"""
# Run by the project's interpreter: it has the library.
CERTIFICATE = """
import datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app.example")])
today = datetime.datetime.now(datetime.UTC)
day = datetime.timedelta(days=1)
certificate = x509.CertificateBuilder(
    name, name, key.public_key(), x509.random_serial_number(), today - day, today + day
).sign(key, hashes.SHA256())
print(certificate.public_bytes(serialization.Encoding.PEM).decode())
form = serialization.PrivateFormat.PKCS8
encoding, open_to_all = serialization.Encoding.PEM, serialization.NoEncryption()
print(key.private_bytes(encoding, form, open_to_all).decode())
"""
FORGED = {
    "X-Forwarded-For": "198.51.100.66",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "X-Real-IP": "198.51.100.66",
    "Forwarded": "for=198.51.100.66;host=evil.example;proto=gopher",
    "X-Request-ID": "named-by-the-guest",
}
# The address, whether https is promised, and whether the guest named the request.
Seen = tuple[str, bool, bool]


class Guest(Visitor):
    """Ask over TLS, from an address of one's own, as browsers reach nginx."""

    def _connection(self) -> http.client.HTTPConnection:
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(
            "127.0.0.1",
            self._port,
            timeout=TIMEOUT_SECONDS,
            source_address=(ADDRESS, 0),
            context=trusting,
        )


@pytest.fixture
def see(
    open_site: OpenSite, app_python: Path, tmp_path: Path
) -> Iterator[Callable[[str], list[Seen]]]:
    """Return a function that says whom the app sees: a guest, and one who forges."""
    program = needed("nginx", "nginx-light")
    site = open_site("session")
    document = (site.folder / "docs" / "going-live.md").read_text(encoding="utf-8")
    (location,) = re.findall(r"(?ms)^```nginx\n(.*?)^```$", document)
    pem = must(run_in(tmp_path, app_python, "-c", CERTIFICATE, env={}))
    (tmp_path / "site.pem").write_text(pem, encoding="ascii")
    started: list[Server] = []

    def look(trusted: str) -> list[Seen]:
        app, port = site.serve({**SERVED, "TRUSTED_PROXIES": trusted}), free_port()
        here = location.replace("127.0.0.1:8000", f"127.0.0.1:{app.port}")
        text = NGINX.replace("PORT", str(port)).replace("LOCATION", here)
        (tmp_path / "nginx.conf").write_text(text, encoding="ascii")
        command = [program, "-p", str(tmp_path), "-c", "nginx.conf", "-e", "stderr"]
        started.append(Server(tmp_path, command, port, {}))
        started[-1].wait_until_it_listens()
        said = ({"Host": HOST}, {"Host": HOST, **FORGED})
        return [seen(site, Guest(port, headers)) for headers in said]

    yield look
    for server in started:
        server.close()


def seen(site: Site, guest: Guest) -> Seen:
    assert guest.login(EMAIL, "a wrong one, but long enough").status == 422
    ((address,),) = site.query("SELECT address FROM events ORDER BY id DESC LIMIT 1")
    headers = guest.get("/").headers
    promised = "Strict-Transport-Security" in headers
    return str(address), promised, headers["X-Request-ID"] == FORGED["X-Request-ID"]


def test_one_trusted_proxy_tells_the_address_and_names_the_request(
    see: Callable[[str], list[Seen]],
) -> None:
    assert see("1") == [(ADDRESS, True, False)] * 2


def test_where_none_is_trusted_nothing_forwarded_counts(
    see: Callable[[str], list[Seen]],
) -> None:
    assert see("0") == [("127.0.0.1", True, False)] * 2
