"""mypy finds nothing in any variant, without parts, nor with an owner's changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import owner
from .baking import Baker
from .conftest import Take
from .environment import CACHE
from .parts import TAKEN
from .running import run_in
from .running import tail
from .template import VARIANTS

pytestmark = pytest.mark.app


def test_mypy_finds_nothing_in_any_of_them(
    bake: Baker, take: Take, env: dict[str, str], app_python: Path
) -> None:
    """One after the other and with one cache: most of the time goes to libraries."""
    mypy = [str(app_python), "-m", "mypy", "--cache-dir", str(CACHE / "mypy")]
    variants = [bake(auth=auth, language=language) for auth, language in VARIANTS]
    owned = bake()
    owner.change(owned)
    done = [
        run_in(project, *mypy, env=env)
        for project in [*variants, owned, *(take(gone) for gone in TAKEN)]
    ]

    failures = "\n\n".join(tail(one) for one in done if one.returncode != 0)
    assert not failures, failures
