"""Baking over adds parts and removes them whole, but none that its owner edited."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from ..support.baking import Rebaker
from ..support.template import AUTHS
from ..support.template import FRAGMENTS
from ..support.template import LANGUAGES
from ..support.template import PARTS
from ..support.template import SLUG
from ..support.template import tree

# One with tables, pins and translations, and one whose overlays hang on other answers.
# The others are made of the same kinds of files.
FULL = ("second_factor", "guide")
KEPT = "Parts kept, because you edited or added files in them: "


def each_with(value: object) -> list[ParameterSet]:
    return [
        pytest.param(part, value, marks=[] if part in FULL else pytest.mark.long)
        for part in PARTS
    ]


@pytest.fixture
def bake_over(home: Path) -> Rebaker:
    return Rebaker(home)


@pytest.fixture
def project(baked: Callable[..., Path], tmp_path: Path) -> Path:
    """Return a project with all parts, to be baked over."""
    return Path(shutil.copytree(baked(parts="all"), tmp_path / SLUG))


@pytest.mark.parametrize(("part", "skip"), [*each_with(False), ("guide", True)])
def test_a_part_leaves_whole_and_comes_back(
    part: str,
    skip: bool,
    project: Path,
    baked: Callable[..., Path],
    bake_over: Rebaker,
    capfd: pytest.CaptureFixture[str],
) -> None:
    others = " ".join(other for other in PARTS if other != part)
    compiled = project / SLUG / "account" / part / "__pycache__" / "views.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"")

    bake_over(project, skip=skip, parts=others)
    left = tree(project)
    expected = tree(baked(parts=others))
    assert left.keys() == expected.keys()
    assert {p for p in left if left[p] != expected[p]} <= set(FRAGMENTS if skip else ())
    for folder in (SLUG, "tests"):
        assert not (project / folder / "account" / part).exists()
    assert KEPT not in capfd.readouterr().out

    bake_over(project, skip=skip, parts="all")
    assert tree(project) == tree(baked(parts="all"))


def test_parts_come_into_a_project_whose_other_files_are_skipped(
    baked: Callable[..., Path], tmp_path: Path, bake_over: Rebaker
) -> None:
    """What its owner wrote in pyproject.toml stays, in its order and with comments."""
    project = Path(shutil.copytree(baked(parts="none"), tmp_path / SLUG))
    metadata = project / "pyproject.toml"
    text = metadata.read_text(encoding="utf-8")
    for line, added in (
        ('    "sqlalchemy', '    # This one is mine.\n    "shop>=1",\n'),
        ('    "zxcvbn', '    "pyotp==2.8", # out of order\n'),
    ):
        assert text.count(line) == 1
        text = text.replace(line, added + line)
    metadata.write_text(text, encoding="utf-8", newline="\n")

    bake_over(project, skip=True, parts="second_factor")

    mine = "    # This one is mine.\n"
    new = text.replace(mine, f'    "segno>=1.6.6",\n{mine}')
    new = new.replace('    "email', '    "cryptography>=46",\n    "email')
    assert metadata.read_text(encoding="utf-8") == new
    pins = project / "requirements.txt"
    expected = baked(parts="second_factor") / "requirements.txt"
    assert pins.read_bytes() == expected.read_bytes()


@pytest.mark.parametrize(("part", "folder"), [*each_with(SLUG), ("data", "tests")])
def test_an_edited_part_stays_whole_and_is_named(
    folder: str,
    part: str,
    project: Path,
    baked: Callable[..., Path],
    bake_over: Rebaker,
    capfd: pytest.CaptureFixture[str],
) -> None:
    edited = max((project / folder / "account" / part).rglob("*.py"))
    edited.write_text("mine\n")

    bake_over(project, skip=False, parts="none")

    path = edited.relative_to(project).as_posix()
    expected = {**tree(baked(parts=part)), path: b"mine\n"}
    assert tree(project) == expected
    assert f"{KEPT}{part}.\n" in capfd.readouterr().out


@pytest.mark.parametrize("folder", [SLUG, "tests"])
def test_a_file_that_the_owner_added_keeps_the_part(
    folder: str,
    baked: Callable[..., Path],
    tmp_path: Path,
    bake_over: Rebaker,
    capfd: pytest.CaptureFixture[str],
) -> None:
    whole = baked(parts="all", language="pt_BR")
    project = Path(shutil.copytree(whole, tmp_path / SLUG))
    own = f"{folder}/account/guide/more/own.py"
    (project / own).parent.mkdir()
    (project / own).write_text("mine\n")

    bake_over(project, skip=False, parts="data", language="pt_BR")

    kept = tree(baked(parts="data guide", language="pt_BR"))
    assert tree(project) == {**kept, own: b"mine\n"}
    said = capfd.readouterr().out
    assert "Partes mantidas porque voc\N{LATIN SMALL LETTER E WITH CIRCUMFLEX} " in said
    assert said.count("guide") == 1


def test_what_the_owner_took_out_of_a_kept_part_stays_out(
    project: Path, baked: Callable[..., Path], bake_over: Rebaker
) -> None:
    edited = f"{SLUG}/account/data/views.py"
    gone = f"{SLUG}/account/data/templates/data/delete.html"
    (project / edited).write_text("mine\n")
    (project / gone).unlink()

    bake_over(project, skip=False, parts="none")

    expected = {**tree(baked(parts="data")), edited: b"mine\n"}
    del expected[gone]
    assert tree(project) == expected


def test_the_owner_s_own_folder_of_a_part_s_name_stays(
    baked: Callable[..., Path], tmp_path: Path, bake_over: Rebaker
) -> None:
    project = Path(shutil.copytree(baked(parts="none"), tmp_path / SLUG))
    own = f"{SLUG}/account/data/download.py"
    (project / own).parent.mkdir()
    (project / own).write_text("mine\n")

    bake_over(project, skip=False, parts="none")

    assert tree(project) == {**tree(baked(parts="none")), own: b"mine\n"}


@pytest.mark.parametrize("old", AUTHS)
def test_parts_leave_whole_with_the_kind_of_auth(
    old: str, baked: Callable[..., Path], tmp_path: Path, bake_over: Rebaker
) -> None:
    (new,) = set(AUTHS) - {old}
    project = Path(shutil.copytree(baked(parts="all", auth=old), tmp_path / SLUG))

    bake_over(project, skip=False, parts="none", auth=new)

    assert tree(project) == tree(baked(parts="none", auth=new))


@pytest.mark.parametrize("old", LANGUAGES)
def test_parts_leave_whole_with_the_language(
    old: str, baked: Callable[..., Path], tmp_path: Path, bake_over: Rebaker
) -> None:
    (new,) = set(LANGUAGES) - {old}
    project = Path(shutil.copytree(baked(parts="all", language=old), tmp_path / SLUG))

    bake_over(project, skip=False, parts="none", language=new)

    assert tree(project) == tree(baked(parts="none", language=new))


@pytest.mark.parametrize("old", AUTHS)
def test_the_files_of_a_kept_part_that_nobody_edited_follow_the_new_kind(
    old: str, baked: Callable[..., Path], tmp_path: Path, bake_over: Rebaker
) -> None:
    (new,) = set(AUTHS) - {old}
    project = Path(shutil.copytree(baked(parts="guide", auth=old), tmp_path / SLUG))
    (project / SLUG / "account/guide/text.py").write_text("mine\n")

    bake_over(project, skip=False, parts="none", auth=new)

    explain = f"{SLUG}/account/guide/explain.py"
    assert tree(project)[explain] == tree(baked(parts="guide", auth=new))[explain]
