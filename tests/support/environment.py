"""Make the one environment that all baked projects' own suites run in.

It holds what a project with all parts pins, and what the proofs need, so one will do;
its folder is named after what it holds. `python -m tests.environment` makes it where it
is missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from . import openid
from .locking import pinned_with_all_parts
from .proofs import PINS
from .template import ROOT

CACHE = ROOT / ".cache"
REQUIREMENTS = pinned_with_all_parts("requirements-dev.txt") + PINS.read_text("ascii")
# Each in a folder of its own, with the hash of its wheel: versions of Babel that count
# plural forms differently, of pip that resolve differently, and what only a seam needs.
APART = {
    "babel==2.18.0": "e2b422b277c2b9a9630c1d7903c2a00d0830c409c59ac8cae9081c92f1aeba35",
    "babel==2.19.0": "6d49734aed1d595b2c065d012174df8c83964692f26fc461702281634dd7555b",
    "huey==3.5.4": "a3b68953fc62fbbbfe15cd6c48bef9d8072a267234c647121c31ec466e35e8e8",
    "pip==22.3": "1daab4b8d3b97d1d763caeb01a4640a2250a0ea899e257b1e44b9eded91e15ab",
    "pip==23.2.1": "7ccf472345f20d35bdc9d1841ff5f313260c2c33fe417f48c30ac46cccabf5be",
    "pip==26.3": "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13",
}


def folder() -> Path:
    key = hashlib.sha256(sys.version.encode() + REQUIREMENTS.encode())
    return CACHE / f"app-{key.hexdigest()[:16]}"


def python() -> Path:
    """Return the interpreter that has what a baked project needs."""
    scripts = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return folder() / scripts


def exists() -> bool:
    return _finished().exists()


def make() -> None:
    """Install everything, compiled, since each run of a suite would compile it anew."""
    shutil.rmtree(folder(), ignore_errors=True)
    _uv("venv", "--python", sys.executable, str(folder()))
    requirements = folder() / "requirements.txt"
    requirements.write_text(REQUIREMENTS, encoding="ascii")
    wanted = ("--require-hashes", "--requirement", str(requirements))
    try:
        _uv("pip", "install", "--compile-bytecode", "--python", str(python()), *wanted)
    except subprocess.CalledProcessError:
        # Where only pip knows the way to a mirror, it does it all.
        pip = [sys.executable, "-m", "pip", "--python", str(python()), "--quiet"]
        subprocess.run([*pip, "install", *wanted], check=True)
    _finished().touch()


def apart(pin: str) -> Path:
    """Return a folder that holds one package: PYTHONPATH puts it before others."""
    return CACHE / pin.replace("==", "-")


def install_apart(pin: str) -> None:
    shutil.rmtree(apart(pin), ignore_errors=True)
    with TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text(f"{pin} --hash=sha256:{APART[pin]}\n")
        alone = ("--no-deps", "--require-hashes", "--requirement", str(wanted))
        _uv("pip", "install", "--target", str(apart(pin)), *alone)


def _finished() -> Path:
    return folder() / "finished"


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", "--quiet", *arguments], check=True)


def main() -> None:
    if not exists():
        make()
    for pin in APART:
        if not apart(pin).exists():
            install_apart(pin)
    if not openid.exists():
        openid.install()


if __name__ == "__main__":
    main()
