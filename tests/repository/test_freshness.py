"""What keeps dependencies fresh finds every file that pins some."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from ..support.template import PROJECT
from ..support.template import ROOT

# What is made here and what is tried here pin nothing of ours.
OTHER = {".git", ".venv", ".cache"}
PINNED = [
    path
    for path in sorted(ROOT.rglob("requirements*.txt"))
    if OTHER.isdisjoint(path.relative_to(ROOT).parts)
]
pinned = pytest.mark.parametrize(
    "path", PINNED, ids=lambda path: str(path.relative_to(ROOT))
)


def folders(root: Path, ecosystem: str) -> set[Path]:
    """Return the folders in which Dependabot looks for what it updates.

    It knows no anchors of YAML, and takes a folder's name as it stands, braces and all.
    """
    text = (root / ".github" / "dependabot.yml").read_text(encoding="utf-8")
    assert "&" not in text
    entries: list[dict[str, Any]] = yaml.safe_load(text)["updates"]
    return {
        root / entry["directory"].lstrip("/")
        for entry in entries
        if entry["package-ecosystem"] == ecosystem
    }


def test_dependabot_looks_into_every_folder_that_pins_something() -> None:
    assert folders(ROOT, "pip") == {path.parent for path in PINNED}
    assert folders(PROJECT, "pip") == {PROJECT}


def test_dependabot_looks_into_every_folder_of_workflows() -> None:
    assert folders(ROOT, "github-actions") == {ROOT, PROJECT / ".github" / "workflows"}
    assert folders(PROJECT, "github-actions") == {PROJECT}


def test_dependabot_renews_the_digest_of_the_image() -> None:
    assert folders(ROOT, "docker") == {PROJECT}
    assert folders(PROJECT, "docker") == {PROJECT}


@pytest.mark.parametrize("root", [ROOT, PROJECT], ids=["template", "project"])
def test_dependabot_waits_until_a_release_has_been_looked_at(root: Path) -> None:
    text = (root / ".github" / "dependabot.yml").read_text(encoding="utf-8")
    for entry in yaml.safe_load(text)["updates"]:
        assert entry["cooldown"]["default-days"] >= 7, entry


def test_actions_and_images_are_pinned_by_what_cannot_be_moved() -> None:
    """An attacker who takes over a repository can point its tags at other code."""
    workflows = [*ROOT.glob(".github/**/*.yml"), *PROJECT.glob(".github/**/*.yml")]
    texts = [file.read_text(encoding="utf-8") for file in workflows]
    actions = re.findall(r"uses: +(.*)", "\n".join(texts))
    images = re.findall(
        r"(?m)^FROM (?!python(?: |$))(.*)", (PROJECT / "Dockerfile").read_text("utf-8")
    )

    assert len(actions) >= 10
    assert len(images) == 1
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [action for action in actions if not pinned.fullmatch(action)] == []
    versions = dict(action.split(" # ") for action in actions)
    assert len(versions) == len({action.partition("@")[0] for action in actions})
    assert re.fullmatch(r"python:3\.\d+-slim@sha256:[0-9a-f]{64} AS python", images[0])


@pinned
def test_each_line_is_a_version_with_hashes_whatever_the_answers(path: Path) -> None:
    """Bots rewrite a version and its hashes; a line that asks for more stops them."""
    lines = path.read_text(encoding="utf-8").replace(" \\\n", " ").splitlines()
    lines = [line for line in lines if not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        wanted, *hashes = line.split(" --hash=sha256:")
        assert [spec.operator for spec in Requirement(wanted).specifier] == ["=="]
        assert hashes, line
        assert "cookiecutter." not in line


def test_the_newest_versions_are_tried_each_week_by_the_command_for_it() -> None:
    text = (ROOT / ".github/workflows/newest.yml").read_text(encoding="utf-8")
    workflow: dict[Any, Any] = yaml.safe_load(text)
    # YAML 1.1 reads the word as a truth value.
    assert workflow[True]["schedule"]
    runs = [step.get("run") for step in workflow["jobs"]["newest"]["steps"]]
    assert "make upgrade" in runs
    assert "\nupgrade: lock\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
