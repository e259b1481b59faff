"""An index of packages on disk: what a project pins, and something newer of each."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile
from zipfile import ZipInfo

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .running import must
from .running import run_in

# What the packages say of themselves, without which none can be resolved.
_ASK = """
import json
from importlib.metadata import distributions

KEYS = ("Requires-Dist", "Provides-Extra", "Requires-Python")
print(json.dumps({
    dist.metadata["Name"]: [
        f"{key}: {line}" for key in KEYS for line in dist.metadata.get_all(key) or []
    ]
    for dist in distributions()
}))
"""
_EXACTLY = re.compile("==[0-9.]+")
_PIN = re.compile(r"(?m)^([\w.-]+)==(\S+)(.*?)((?: \\\n +--hash=\S+)+)$")


class Index:
    """Wheels that hold nothing but what their packages say of themselves."""

    def __init__(self, folder: Path, python: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        said: dict[str, list[str]] = json.loads(
            must(run_in(folder, python, "-c", _ASK, env=env))
        )
        self._says = {canonicalize_name(name): lines for name, lines in said.items()}

    @property
    def env(self) -> dict[str, str]:
        """Have pip and uv look here alone."""
        url = self.folder.as_uri()
        return {
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": url,
            "UV_NO_CONFIG": "1",
            "UV_DEFAULT_INDEX": url,
            "UV_CACHE_DIR": str(self.folder / "cache"),
        }

    def add(self, name: str, version: str) -> str:
        """Put a wheel there, and return its SHA-256."""
        page = self.folder / canonicalize_name(name) / "index.html"
        page.parent.mkdir(exist_ok=True)
        stem = f"{name.replace('-', '_').replace('.', '_')}-{version}"
        says = [f"Name: {name}", f"Version: {version}"]
        # One half of a package asks for the other half of its own version.
        says += [
            _EXACTLY.sub(f"=={version}", said)
            for said in self._says.get(canonicalize_name(name), [])
        ]
        files = {
            "METADATA": "\n".join(["Metadata-Version: 2.1", *says, ""]),
            "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        wheel = page.with_name(f"{stem}-py3-none-any.whl")
        with ZipFile(wheel, "w") as zip_:
            record = ""
            for file, text in files.items():
                path = f"{stem}.dist-info/{file}"
                digest = hashlib.sha256(text.encode()).digest()
                code = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                record += f"{path},sha256={code},{len(text.encode())}\n"
                zip_.writestr(ZipInfo(path), text)  # the same bytes at any time
            path = f"{stem}.dist-info/RECORD"
            zip_.writestr(ZipInfo(path), f"{record}{path},,\n")
        code = hashlib.sha256(wheel.read_bytes()).hexdigest()
        link = f'<a href="{wheel.name}#sha256={code}">{wheel.name}</a>\n'
        links = page.read_text() if page.exists() else ""
        if link not in links:
            page.write_text(links + link)
        return code

    def hold(self, lock: Path) -> None:
        """Hold all that it pins, and a newer release of each; write down its hashes."""

        def pin(found: re.Match[str]) -> str:
            name, version, marker, _ = found.groups()
            code = self.add(name, version)
            self.add(name, newer(version))
            return f"{name}=={version}{marker} \\\n    --hash=sha256:{code}"

        text = lock.read_text(encoding="utf-8")
        lock.write_text(_PIN.sub(pin, text), encoding="utf-8", newline="\n")


def newer(version: str) -> str:
    return f"{version.partition('.post')[0]}.9999"


def pins(lock: Path) -> dict[str, str]:
    lines = lock.read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line.rstrip(" \\")) for line in lines if "==" in line[:60]]
    return {one.name: str(one.specifier).removeprefix("==") for one in wanted}
