"""Make the one environment that all baked projects' own suites run in.

They pin the same packages, whatever the answers, so one will do; its folder is named
after what it holds. `python -m tests.environment` makes it where it is missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from .template import PROJECT
from .template import ROOT

CACHE = ROOT / ".cache"
REQUIREMENTS = PROJECT / "requirements-dev.txt"
# Versions that count the plural forms of a language differently, with their wheels.
BABELS = {
    "2.18.0": "e2b422b277c2b9a9630c1d7903c2a00d0830c409c59ac8cae9081c92f1aeba35",
    "2.19.0": "6d49734aed1d595b2c065d012174df8c83964692f26fc461702281634dd7555b",
}


def folder() -> Path:
    key = hashlib.sha256(sys.version.encode() + REQUIREMENTS.read_bytes())
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
    wanted = ("--require-hashes", "--requirement", str(REQUIREMENTS))
    try:
        _uv("pip", "install", "--compile-bytecode", "--python", str(python()), *wanted)
    except subprocess.CalledProcessError:
        # Where only pip knows the way to a mirror, it does it all.
        pip = [sys.executable, "-m", "pip", "--python", str(python()), "--quiet"]
        subprocess.run([*pip, "install", *wanted], check=True)
    _finished().touch()


def babel(version: str) -> Path:
    """Return a folder that holds Babel alone: PYTHONPATH puts it before the pin."""
    return CACHE / f"babel-{version}"


def make_babel(version: str) -> None:
    shutil.rmtree(babel(version), ignore_errors=True)
    with TemporaryDirectory() as folder:
        wanted = Path(folder, "babel.txt")
        wanted.write_text(f"babel=={version} --hash=sha256:{BABELS[version]}\n")
        alone = ("--no-deps", "--require-hashes", "--requirement", str(wanted))
        _uv("pip", "install", "--target", str(babel(version)), *alone)


def _finished() -> Path:
    return folder() / "finished"


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", "--quiet", *arguments], check=True)


def main() -> None:
    if not exists():
        make()
    for version in BABELS:
        if not babel(version).exists():
            make_babel(version)


if __name__ == "__main__":
    main()
