"""A project keeps up with its template by cruft: no conflict, and the same key."""

from __future__ import annotations

from pathlib import Path

import pytest

from .keeping_up import Template
from .keeping_up import conflicts
from .keeping_up import create
from .keeping_up import cruft
from .keeping_up import update
from .template import ALIKE
from .template import PROJECT
from .template import SLUG

NOTICE = "# A line that the template gained.\n"


@pytest.mark.parametrize("auth", ALIKE)
def test_an_update_arrives_and_the_key_stays(
    auth: str, template: Template, tmp_path: Path, env: dict[str, str]
) -> None:
    project = create(tmp_path, env, template, auth)
    key = (project / ".env").read_bytes()

    assert difference(project, env) == ""
    kept = (project / ".cruft.json").read_text(encoding="utf-8")
    assert f'"auth": "{auth}"' in kept
    assert key.decode().split("SECRET_KEY=")[1].strip() not in kept

    changed = [
        Path(SLUG, "config.py"),
        Path(SLUG, "auth", "sessions.py"),
        Path("README.md"),
    ]
    baked = template.folder / PROJECT.name
    prepend(baked / PROJECT.name / "config.py")
    prepend(baked / "variants/language/en/README.md")
    overlay = baked / "variants/auth" / auth
    prepend(overlay / PROJECT.name / "auth/sessions.py")
    template.commit()
    update(project, env)

    for path in changed:
        assert (project / path).read_text(encoding="utf-8").startswith(NOTICE)
    assert (project / ".env").read_bytes() == key
    assert conflicts(project, env) == set()
    assert difference(project, env) == ""


def difference(project: Path, env: dict[str, str]) -> str:
    """Return what `cruft diff` shows, without what the hooks say while it bakes."""
    said = cruft(project, env, "diff")
    return said[said.index("\ndiff --git") :] if "\ndiff --git" in said else ""


def prepend(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(NOTICE + text, encoding="utf-8", newline="\n")
