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

from .template import PROJECT
from .template import ROOT

CACHE = ROOT / ".cache"
REQUIREMENTS = PROJECT / "requirements-dev.txt"


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


def _finished() -> Path:
    return folder() / "finished"


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", "--quiet", *arguments], check=True)


if __name__ == "__main__" and not exists():
    make()
