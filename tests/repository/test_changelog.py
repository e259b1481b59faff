"""A project knows the release that it came from, and CHANGELOG.md has it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from ..support.template import ROOT


def test_a_baked_project_knows_the_newest_release(baked: Callable[..., Path]) -> None:
    text = (baked() / "pyproject.toml").read_text(encoding="utf-8")
    release = tomllib.loads(text)["tool"]["cookiecutter-flask-auth"]["release"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    newest, *_ = re.findall(r"(?m)^## (\S+) \((?:unreleased|[\d-]{10})\)$", changes)
    assert newest == release
