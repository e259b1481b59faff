"""docs/asvs.md is whole and true: each requirement once, each test it names there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest

from ..support.template import AUTHS
from ..support.template import ROOT
from ..support.template import SLUG

# OWASP ASVS 5.0.0: the level of each requirement of a section, in order. Chapters 5
# (files) and 17 (WebRTC) are about what no project does.
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
}
REQUIREMENTS = {
    f"{section}.{number}": level
    for section, levels in LEVELS.items()
    for number, level in enumerate(levels, start=1)
}
# The files that only the bake of one variant has.
OWN_TESTS = {"test_server_session.py": "session", "test_signed_cookie.py": "cookie"}
TEST = re.compile(r"`((?:tests|proofs)/[\w/]+\.py)::(\w+)`")
KINDS = ("Met", "Yours", "Not met", "Not applicable")
CRYPTOGRAPHY = {
    "argon2",
    "cryptography",
    "hashlib",
    "hmac",
    "itsdangerous",
    "pyotp",
    "secrets",
    "ssl",
}


class Row(NamedTuple):
    """Hold what the document says of one requirement."""

    id: str
    level: str
    asks: str
    answer: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        return [(file, name) for file, name in TEST.findall(self.answer)]

    @property
    def kind(self) -> str:
        word = self.answer.partition(": ")[0]
        return word if word in KINDS else "Tested"


@pytest.fixture(params=AUTHS)
def project(request: pytest.FixtureRequest, baked: Callable[..., Path]) -> Path:
    return baked(auth=request.param)


@pytest.fixture
def text() -> str:
    return (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")


@pytest.fixture
def rows(text: str) -> list[Row]:
    return [Row(*cells) for cells in cells_of(text) if re.match(r"\d", cells[0])]


def cells_of(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of each table."""
    for line in text.splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next."""
    _, _, below = text.partition(f"\n## {heading}\n")
    assert below, heading
    return below.partition("\n## ")[0]


def code_in(text: str) -> set[str]:
    """Return what is set as code in the first column of a table."""
    return {
        name for cells in cells_of(text) for name in re.findall("`(.+?)`", cells[0])
    }


def names_of_tests(folder: Path) -> set[tuple[str, str]]:
    return {
        (file.relative_to(folder.parent).as_posix(), node.name)
        for file in folder.rglob("test_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def modules(project: Path) -> Iterator[tuple[str, ast.Module]]:
    package = project / SLUG
    for file in sorted(package.rglob("*.py")):
        path = file.relative_to(package).as_posix()
        yield path, ast.parse(file.read_text(encoding="utf-8"))


def test_every_requirement_stands_there_once_with_its_level(rows: list[Row]) -> None:
    assert [(row.id, row.level) for row in rows] == list(REQUIREMENTS.items())


def test_every_requirement_has_tests_or_a_reason(rows: list[Row]) -> None:
    for row in rows:
        assert row.asks, row.id
        if row.kind == "Tested":
            assert row.answer.startswith(("`tests/", "`proofs/")), row.id
        else:
            assert row.answer.endswith("."), row.id


def test_every_test_that_it_names_is_there(rows: list[Row], project: Path) -> None:
    tokens = project / SLUG / "auth" / "sessions" / "tokens.py"
    auth = "cookie" if tokens.exists() else "session"
    there = names_of_tests(project / "tests") | names_of_tests(ROOT / "proofs")
    for row in rows:
        for file, name in row.tests:
            own = [of for name_, of in OWN_TESTS.items() if file.endswith(name_)]
            if own in ([], [auth]):
                assert (file, name) in there, f"{row.id}: {file}::{name}"
            else:
                assert (file, name) not in there, f"{row.id}: {file}::{name}"


def test_no_cell_names_a_test_in_another_way(rows: list[Row]) -> None:
    for row in rows:
        assert row.answer.count("::") == len(row.tests), row.id


def test_its_links_lead_to_a_file(text: str) -> None:
    targets = {unquote(target) for target in re.findall(r"\]\(([^)#:]+)\)", text)}
    assert targets
    assert [one for one in targets if not (ROOT / "docs" / one).is_file()] == []


def test_the_counts_at_its_top_are_right(text: str, rows: list[Row]) -> None:
    counts = Counter((row.level, row.kind) for row in rows)
    told = {cells[0]: cells[1:] for cells in cells_of(text) if cells[0].startswith("L")}
    kinds = ("Tested", *KINDS)
    assert told == {
        f"L{level}": [str(counts[level, kind]) for kind in kinds]
        + [str(sum(counts[level, kind] for kind in kinds))]
        for level in "123"
    }


def test_it_lists_every_kind_of_event(text: str, baked: Callable[..., Path]) -> None:
    kinds = {
        call.args[0].value
        for auth in AUTHS
        for _, module in modules(baked(auth=auth))
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record"
        if isinstance(call.args[0], ast.Constant)
    }
    assert code_in(section(text, "What is written down")) >= kinds


def test_it_lists_every_field(text: str, project: Path) -> None:
    fields = {
        target.id
        for _, module in modules(project)
        for form in module.body
        if isinstance(form, ast.ClassDef) and "Form" in map(ast.unparse, form.bases)
        for line in form.body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    }
    assert {"email", "password"} <= fields
    assert code_in(section(text, "What is taken")) >= fields


def test_it_lists_every_use_of_cryptography(
    text: str, baked: Callable[..., Path]
) -> None:
    used = {
        path
        for auth in AUTHS
        for path, module in modules(baked(auth=auth))
        for node in ast.walk(module)
        for name in imported(node)
        if name.partition(".")[0] in CRYPTOGRAPHY
    }
    listed = section(text, "Keys and algorithms")
    assert {path for path in used if f"`{path}`" not in listed} == set()


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []
