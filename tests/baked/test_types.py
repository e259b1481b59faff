"""mypy finds nothing in any variant, without parts, nor with an owner's changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..support import owner
from ..support import proofs
from ..support.baking import Baker
from ..support.environment import CACHE
from ..support.running import run_in
from ..support.running import tail
from ..support.template import ANSWERS
from ..support.template import AUTHS
from ..support.template import PARTS
from ..support.template import VARIANTS

pytestmark = pytest.mark.app


def test_mypy_finds_nothing_in_any_of_them(
    bake: Baker, thorough: bool, env: dict[str, str], app_python: Path
) -> None:
    """One after the other and with one cache: most of the time goes to libraries."""
    mypy = [str(app_python), "-m", "mypy", "--cache-dir", str(CACHE / "mypy")]
    answers = VARIANTS if thorough else ANSWERS
    variants = [bake(auth=auth, language=language) for auth, language in answers]
    for project, (auth, _) in zip(variants, answers, strict=True):
        proofs.lay(project, auth)
    # The kind that the owner's changes are not made in.
    fewer = [{"auth": AUTHS[1], "parts": "none"}]
    if thorough:
        fewer += [{"auth": AUTHS[0], "parts": "none"}]
        fewer += [{"parts": part} for part in PARTS]
    owned = bake()
    owner.change(owned)
    done = [
        run_in(project, *mypy, env=env)
        for project in [*variants, owned, *(bake(**one) for one in fewer)]
    ]

    failures = "\n\n".join(tail(one) for one in done if one.returncode != 0)
    assert not failures, failures
