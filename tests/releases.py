"""Read the releases from CHANGELOG.md: tags need not travel with a clone."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .template import ROOT

CHANGELOG = ROOT / "CHANGELOG.md"
UNRELEASED = "Unreleased"
MARKS = ("Security", "Take it", "As you like", "Template only")

_HEADING = re.compile(r"(?m)^## (\S+)(?: \(\d{4}-\d\d-\d\d\))?$")
_COMMIT = re.compile(r"(?m)^Commit `([0-9a-f]{40})`")
_ENTRY = re.compile(r"(?ms)^- (.*?)(?=^- |^$|\Z)")


class Release(NamedTuple):
    """Hold what the changelog says of a release, or of what has none yet."""

    version: str
    commit: str
    entries: list[str]


def read(text: str) -> Iterator[Release]:
    """Yield the releases of a changelog, newest first."""
    _, *parts = _HEADING.split(text)
    for version, body in zip(parts[::2], parts[1::2], strict=True):
        commit = _COMMIT.search(body)
        entries = [entry.strip() for entry in _ENTRY.findall(body)]
        yield Release(version, commit[1] if commit else "", entries)


def mark_of(entry: str) -> str | None:
    """Return the mark that an entry begins with, if it has that and no other."""
    found = re.findall(rf"\*\*({'|'.join(MARKS)})\*\*", entry)
    return found[0] if len(found) == 1 and entry.startswith("**") else None


def history_problem() -> str | None:
    """Say why the releases cannot be had from here, if they cannot."""
    try:
        shallow = git("rev-parse", "--is-shallow-repository").strip()
    except (OSError, subprocess.CalledProcessError):
        return "Not a clone of the repository: its releases are not here."
    if shallow == "true":
        return "A shallow clone: git fetch --unshallow brings the releases."
    return None


def git(*arguments: str | Path) -> str:
    """Ask the repository of the template, as whoever runs the tests is set up to."""
    # A hook or a rebase may name another one.
    env = {key: text for key, text in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", "-C", ROOT, *arguments]
    done = subprocess.run(
        command, env=env, capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout


SECTIONS = list(read(CHANGELOG.read_text(encoding="utf-8")))
RELEASES = [section for section in SECTIONS if section.version != UNRELEASED]
