"""A project has the parts that were asked for, and pins what they need."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from ..support.template import AUTHS
from ..support.template import FRAGMENTS
from ..support.template import LANGUAGES
from ..support.template import PARTS
from ..support.template import PROJECT
from ..support.template import ROOT
from ..support.template import STANDARD
from ..support.template import files_of
from ..support.template import hook_constant
from ..support.template import overlay
from ..support.template import template_files
from ..support.template import tree

BLOCK = re.compile(r"(?m)^(\S+?)==.*\\\n(?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+")


def test_hooks_folders_and_label_name_the_same_parts() -> None:
    label = json.loads((ROOT / "cookiecutter.json").read_text())["__prompts__"]["parts"]
    listed = re.findall(r"\w+", label.partition("(")[2].partition(")")[0])
    folders = {folder.name for folder in (PROJECT / "variants" / "parts").iterdir()}

    assert folders == set(PARTS)
    assert set(listed) == STANDARD <= set(PARTS)
    assert listed == [part for part in PARTS if part in STANDARD]
    assert set(re.findall(r"\w+", label)) >= {"all", "none", *PARTS}
    assert hook_constant("post_gen_project.py", "METADATA") in FRAGMENTS


@pytest.mark.parametrize(("auth", "language"), [*zip(AUTHS, LANGUAGES, strict=True)])
@pytest.mark.parametrize("answer", ["none", "all", *PARTS])
def test_a_bake_has_the_common_files_and_its_overlays(
    answer: str, auth: str, language: str, baked: Callable[..., Path]
) -> None:
    project = baked(parts=answer, auth=auth, language=language)
    parts = {"all": PARTS, "none": []}.get(answer, [answer])

    assert tree(project).keys() == files_of(parts, auth, language).keys()


def test_no_part_hides_a_file_of_the_core_or_of_another_part() -> None:
    paths = [path for part in PARTS for path in overlay("parts", part)]

    assert len(paths) == len(set(paths))
    assert template_files().keys().isdisjoint(paths)


@pytest.mark.parametrize(
    ("answer", "same_as"),
    [
        ("all", " ".join(PARTS)),
        ("standard", " ".join(sorted(STANDARD))),
        ("standard, data", "standard"),
        ("guide,, data,", "data guide"),
        ("standard, tokens, admin, social", "all"),
    ],
)
def test_answers_that_mean_the_same_bake_the_same(
    answer: str, same_as: str, baked: Callable[..., Path]
) -> None:
    assert tree(baked(parts=answer)) == tree(baked(parts=same_as))


def test_without_a_part_pins_and_metadata_are_the_template_s_own(
    baked: Callable[..., Path],
) -> None:
    project = baked(parts="none")

    for name in FRAGMENTS[:2]:
        assert (project / name).read_bytes() == (PROJECT / name).read_bytes()
    metadata = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    own = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert own["project"]["dependencies"] == dependencies(metadata)


def dependencies(metadata: str) -> list[str]:
    found: list[str] = tomllib.loads(metadata)["project"]["dependencies"]
    return found


def test_every_combination_merges_to_sorted_blocks_without_a_double(
    baked: Callable[..., Path],
) -> None:
    """One bake for each set of parts that bring pins, since the others add nothing."""
    with_pins = [
        part
        for part in PARTS
        if any(
            (PROJECT / "variants/parts" / part / name).exists() for name in FRAGMENTS
        )
    ]
    assert with_pins
    for count in range(len(with_pins) + 1):
        for parts in combinations(with_pins, count):
            project = baked(parts=" ".join(parts) or "none")
            for name in FRAGMENTS[:2]:
                text = (project / name).read_text(encoding="utf-8")
                pinned = [block[1] for block in BLOCK.finditer(text)]
                assert "".join(block[0] for block in BLOCK.finditer(text)) == text
                assert pinned == sorted(set(pinned))
            metadata = (project / "pyproject.toml").read_text(encoding="utf-8")
            names = re.findall(r"(?m)^[\w-]+", "\n".join(dependencies(metadata)))
            assert names == sorted(set(names))
            for part in parts:
                fragment = PROJECT / "variants/parts" / part / "pyproject.toml"
                added = dependencies(fragment.read_text(encoding="utf-8"))
                assert set(added) <= set(dependencies(metadata))


def test_no_part_asks_for_what_the_core_asks_for() -> None:
    """The hook leaves alone what is named already."""
    core = named((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    for file in sorted(PROJECT.glob("variants/parts/*/pyproject.toml")):
        names = named(file.read_text(encoding="utf-8"))
        assert names
        assert names.isdisjoint(core)


def named(metadata: str) -> set[str]:
    return {re.split(r"[^\w-]", line)[0] for line in dependencies(metadata)}
