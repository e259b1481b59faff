"""Run `flask doctor` in a folder of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from {{ cookiecutter.project_slug }}.cli import doctor
from {{ cookiecutter.project_slug }}.config import Settings

from .starting import fit_to_serve, run_flask


@contextmanager
def a_project(settings: Settings, folder: Path) -> Iterator[Path]:
    """Make a folder a project's, from which a good app can be served."""
    with fit_to_serve(settings, folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(doctor, "ROOT", folder)
        yield folder


def diagnose(folder: Path, **variables: str) -> tuple[int, list[str]]:
    """Return the status of the command, and what it found unsafe."""
    done, _ = run_flask(folder, "doctor", **{"TRUSTED_PROXIES": "1", **variables})
    lines = done.output.splitlines()
    assert all(line.startswith(("unsafe: ", "info: ", "ok: ")) for line in lines), done.output
    return done.exit_code, [line for line in lines if line.startswith("unsafe: ")]
