"""Find programs that a test cannot do without; nobody reads what CI skipped."""

from __future__ import annotations

import os
import shutil
from glob import glob

import pytest

# Where Debian keeps what serves, which not everybody's PATH names; the newest first.
SERVERS = ("/usr/sbin", *sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True))


def find(name: str) -> str | None:
    """Return where a program is, if it is here."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *SERVERS])
    return shutil.which(name, path=path)


def needed(name: str, package: str) -> str:
    """Return where a program is; without it, skip the test, or in CI fail it."""
    program = find(name)
    if program is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"{name} is not here. On Debian: apt-get install {package}")
    return program
