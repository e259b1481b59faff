"""Take a part of the account out by hand, as the recipe tells people to."""

from __future__ import annotations

import shutil
from pathlib import Path

from .template import SLUG


def take_out(project: Path, part: str) -> None:
    """Delete what is a part's alone; its document, pins and settings may stay."""
    shutil.rmtree(project / SLUG / "account" / part)
    shutil.rmtree(project / "tests" / "account" / part)
    (project / "migrations" / f"{part}_0001.py").unlink(missing_ok=True)
