"""Lay the proofs over a bake: tests of the project that its owner need not carry.

They are written for `my_flask_app`, and run in its `tests/proofs/`. A folder `session`
or `cookie` is for that answer alone, `account/<part>/` for projects with the part, and
the folder of a part within another for projects with both.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from .template import AUTHS
from .template import ROOT
from .template import SLUG

FOLDER = ROOT / "proofs"
PINS = FOLDER / "requirements.txt"


def lay(project: Path, auth: str) -> Path:
    """Lay the proofs that belong to a project, and return their folder in it."""
    laid = project / "tests" / "proofs"
    for file in sorted(FOLDER.rglob("*.py")):
        path = file.relative_to(FOLDER)
        if _belongs(path.parts[:-1], project, auth):
            (laid / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, laid / path)
    return laid


def _belongs(folders: tuple[str, ...], project: Path, auth: str) -> bool:
    if not set(AUTHS).isdisjoint(folders) and auth not in folders:
        return False
    parts = set(folders[1:]) - {*AUTHS} if folders[:1] == ("account",) else set[str]()
    return all((project / SLUG / "account" / part).is_dir() for part in parts)
