"""Answers arrive as they were given, whatever their script and punctuation."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from ..support.baking import Baker
from ..support.baking import CommandLine
from ..support.template import PARTS

NAMES = [
    "O'Brien & Sons",
    "A\N{LATIN SMALL LETTER C WITH CEDILLA}\N{LATIN SMALL LETTER A WITH TILDE}o",
    "<b>100% $HOME ${x} #1 {x} `id` %s</b>",
    "'''",
    "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED} \N{ARABIC LETTER SEEN}",
    "\N{CJK UNIFIED IDEOGRAPH-4E2D}\N{CJK UNIFIED IDEOGRAPH-6587}",
    "\N{PARTY POPPER}",
    "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}",
    "e\N{COMBINING ACUTE ACCENT} is not composed",
    "long " * 59 + "label",
]


@pytest.mark.parametrize("text", NAMES)
def test_names_arrive_verbatim(text: str, bake: Baker) -> None:
    project = bake(project_name=text, description=text, author_name=text)

    assert app_name(project) == text
    metadata = project_metadata(project)
    assert metadata["description"] == text
    assert metadata["authors"] == [{"name": text, "email": "you@example.com"}]
    assert f"Copyright (c) {text}\n" in read(project / "LICENSE")
    assert (project / ".env").exists()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Caf\N{LATIN SMALL LETTER E WITH ACUTE} O'Brien", "cafe_o_brien"),
        ("\N{PARTY POPPER}", "my_flask_app"),
        ("Many words " * 30 + "!", "many_words_many_words_many_words_many"),
        ("unbroken" * 40, "unbroken" * 5),
    ],
)
def test_the_folder_is_named_after_the_app(name: str, slug: str, bake: Baker) -> None:
    assert bake(project_name=name).name == slug


def test_a_slug_of_forty_characters_names_folder_and_package(bake: Baker) -> None:
    project = bake(project_slug="a" * 40)

    assert project.name == "a" * 40
    assert (project / project.name / "__init__.py").is_file()
    assert project_metadata(project)["name"] == project.name


@pytest.mark.parametrize(
    "email",
    ["o'brien+app@mail.example.co.uk", "jos\N{LATIN SMALL LETTER E WITH ACUTE}@x.org"],
)
def test_an_address_arrives_verbatim(email: str, bake: Baker) -> None:
    authors = project_metadata(bake(author_email=email))["authors"]

    assert authors == [{"name": "Your Name", "email": email}]


def test_answers_typed_at_the_questions_arrive(
    tmp_path: Path, env: dict[str, str]
) -> None:
    name = "Jo\N{LATIN SMALL LETTER A WITH TILDE}o's {app}"
    utf8 = CommandLine({**env, "PYTHONUTF8": "1"})  # a pipe has no say on Windows
    done = utf8.run(tmp_path, stdin=f"{name}\n\n\n\n\n2\ndata\n2\n5\n")

    assert done.returncode == 0, done.stderr
    assert app_name(tmp_path / "joao_s_app") == name
    assert "cookies assinados" in done.stdout
    account = tmp_path / "joao_s_app" / "joao_s_app" / "account"
    assert [part for part in PARTS if (account / part).exists()] == ["data"]


def test_nine_times_return_bakes_the_defaults(
    tmp_path: Path, cookiecutter: CommandLine
) -> None:
    done = cookiecutter.run(tmp_path, stdin="\n" * 9)

    assert done.returncode == 0, done.stderr
    assert app_name(tmp_path / "my_flask_app") == "My Flask App"


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def project_metadata(project: Path) -> dict[str, object]:
    metadata: dict[str, object] = tomllib.loads(read(project / "pyproject.toml"))[
        "project"
    ]
    return metadata


def app_name(project: Path) -> object:
    """Read the literal that Python will see."""
    module = ast.parse(read(project / project.name / "config.py"))
    for statement in module.body:
        if isinstance(statement, ast.Assign) and isinstance(
            target := statement.targets[0], ast.Name
        ):
            if target.id == "APP_NAME":
                return ast.literal_eval(statement.value)
    return None
