"""An answer that could not be written down verbatim is refused in one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jinja2
import pytest

from ..support.baking import Baker
from ..support.baking import CommandLine
from ..support.template import AUTHS
from ..support.template import LANGUAGES
from ..support.template import LICENSES
from ..support.template import PARTS
from ..support.template import QUESTIONS
from ..support.template import ROOT
from ..support.template import SLUG
from ..support.template import overlay
from ..support.template import template_files

PASSING = "; this would pass: "
CHOICES = {"auth": AUTHS, "language": LANGUAGES, "license": LICENSES}

# What the hook says of a slug, and what stands in for it.
SLUGS = [
    ("9lives", "must be of a-z, 0-9 and _", "app_9lives"),
    ("my-app", "must be of a-z, 0-9 and _", "my_app"),
    ("MyApp", "must be of a-z, 0-9 and _", "myapp"),
    ("_app", "must be of a-z, 0-9 and _", "app"),
    ("app_", "must be of a-z, 0-9 and _", "app"),
    ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", "must be of a-z, 0-9 and _", "cafe"),
    ("with space", "must be of a-z, 0-9 and _", "with_space"),
    ('quo"te', "must be of a-z, 0-9 and _", "quo_te"),
    ("Tests", "must be of a-z, 0-9 and _", "tests_app"),
    ("a" * 41, "must have at most 40 characters", "a" * 40),
    ("class", "must not be a word of the Python language", "class_app"),
    ("match", "must not be a word of the Python language", "match_app"),
    ("type", "must not be a word of the Python language", "type_app"),
    ("json", "must not be a module of Python's standard library", "json_app"),
    ("distutils", "standard library", "distutils_app"),
    ("compression", "standard library", "compression_app"),
    ("test", "standard library", "test_app"),
    ("flask", "must not be a module that the app depends on", "flask_app"),
    ("psycopg", "must not be a module that the app depends on", "psycopg_app"),
    ("waitress", "must not be a module that the app depends on", "waitress_app"),
    ("tests", "must not be a name that the project or its tools use", "tests_app"),
    ("node_modules", "a name that the project or its tools use", "node_modules_app"),
    ("variants", "a name that the project or its tools use", "variants_app"),
    ("con", "must not be a device name of Windows", "con_app"),
    ("lpt9", "must not be a device name of Windows", "lpt9_app"),
]

# Cookiecutter renders what the command line gives: hence the quoted template marks.
TEXTS = [
    ("project_name", "", "must not be empty", "My Flask App"),
    ("project_name", " \t ", "must not be empty", "My Flask App"),
    ("project_name", "a" * 351, "must have at most 350 characters", "a" * 350),
    ("project_name", "Mine ", "nor begin or end with a space", "Mine"),
    ("project_name", 'The "best"', "must not contain a double quote", "The 'best'"),
    ("description", "C:\\new", "or a backslash", "C:/new"),
    ("description", "one\ntwo", "must not contain a line break", "one two"),
    ("description", "one\x1btwo", "another control character", "one two"),
    ("description", "one\x85two", "must not contain a line break", "onetwo"),
    ("description", "one\u2028two", "must not contain a line break", "onetwo"),
    ("description", "{{ '{{ x }}' }}", "must not contain {", "(( x }}"),
    ("author_name", "{{ '{% x %}' }}", "must not contain {", "(% x %}"),
    ("author_name", "{{ '{# x #}' }}", "must not contain {", "(# x #}"),
    (
        "author_name",
        '"\N{PARTY POPPER}"',
        "must not contain a double quote",
        "My Flask App",
    ),
    ("author_name", "\N{PARTY POPPER}\\", "or a backslash", "My Flask App"),
    ("author_name", "\N{PARTY POPPER} ", "begin or end with a space", "My Flask App"),
    ("author_email", "", "must be one e-mail address", "you@example.com"),
    ("author_email", "nobody", "must be one e-mail address", "you@example.com"),
    ("author_email", "a@b", "must be one e-mail address", "you@example.com"),
    ("author_email", "a@b..c", "must be one e-mail address", "you@example.com"),
    ("author_email", "a@b.c, d@e.f", "must be one e-mail address", "you@example.com"),
    ("author_email", "A <a@b.c>", "must be one e-mail address", "you@example.com"),
    ("author_email", 'a"b@c.d', "must be one e-mail address", "you@example.com"),
]
LISTED = "must be all, none, or names from standard, " + ", ".join(PARTS)
ANSWERED_PARTS = [
    ("", "standard"),
    (" , ", "standard"),
    ("webauthn", "standard"),
    ("data, webauthn", "data"),
    ("standard;data", "standard"),
    ("Data  guide,data", "data, guide"),
    ("all, data", "data"),
    ("none all", "none"),
    ("ALL", "all"),
    ("null\x00", "standard"),
    ("{{ '{{ data }}' }}", "data"),
    ("d\N{LATIN SMALL LETTER A WITH ACUTE}ta", "standard"),
]
REFUSED = [
    *[("project_slug", *row) for row in SLUGS],
    *TEXTS,
    *[("parts", answer, LISTED, passing) for answer, passing in ANSWERED_PARTS],
]


def refusal(**answers: str) -> str | None:
    """Run the hook alone, rendered as cookiecutter renders it; return its sentence."""
    given = {
        "project_name": "My Flask App",
        "project_slug": "my_flask_app",
        "description": "A web application",
        "author_name": "Your Name",
        "author_email": "you@example.com",
        "parts": "standard",
        **{question: choices[0] for question, choices in CHOICES.items()},
        **answers,
    }
    source = (ROOT / "hooks" / "pre_gen_project.py").read_text(encoding="ascii")
    hook = jinja2.Environment().from_string(source).render(cookiecutter=given)
    path = sys.path.copy()
    try:
        exec(compile(hook, "pre_gen_project.py", "exec"), {"__name__": "__main__"})
    except SystemExit as refused:
        return str(refused.code)
    finally:
        sys.path[:] = path  # the hook drops the folder that it would lie in
    return None


@pytest.mark.parametrize(("key", "answer", "rule", "passing"), REFUSED)
def test_the_sentence_names_the_answer_the_rule_and_what_would_pass(
    key: str,
    answer: str,
    rule: str,
    passing: str,
    bake: Baker,
    capfd: pytest.CaptureFixture[str],
) -> None:
    result = bake.try_(**{key: answer})

    assert result.exit_code != 0
    sentence = capfd.readouterr().err.rstrip("\r\n")
    assert sentence.isascii()
    assert "\n" not in sentence
    said_rule, said_passing = sentence.split(PASSING)
    assert said_rule.startswith(f"{key} ")
    assert rule in said_rule
    assert said_passing == passing
    assert refusal(**{key: passing}) is None


@pytest.mark.parametrize("slug", ["9lives", "a" * 41, "class", "tests", "con"])
def test_the_suggested_slug_bakes(slug: str, bake: Baker) -> None:
    sentence = refusal(project_slug=slug)

    assert sentence is not None
    passing = sentence.split(PASSING)[1]
    assert bake(project_slug=passing).name == passing


def test_a_suggestion_passes_whatever_was_asked_for() -> None:
    asked_for = ["", "__", "-", "2", "a" * 39 + "__x", "json" + "_" * 40]
    sentences = [refusal(project_slug=slug) for slug in asked_for]

    for sentence in sentences:
        assert sentence is not None
        assert refusal(project_slug=sentence.split(PASSING)[1]) is None


def test_a_refusal_leaves_no_folder(tmp_path: Path, cookiecutter: CommandLine) -> None:
    done = cookiecutter.run(tmp_path, "--no-input", project_slug="class")

    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_template_marks_typed_at_a_question_are_refused(
    tmp_path: Path, cookiecutter: CommandLine
) -> None:
    done = cookiecutter.run(tmp_path, stdin="\n\nSay {{ this }}\n\n\n\n\n\n\n")

    assert done.returncode != 0
    assert done.stderr.startswith("description must not contain {")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", CHOICES)
def test_a_choice_that_is_not_offered_is_refused(key: str, bake: Baker) -> None:
    result = bake.try_(**{key: "none"})

    assert isinstance(result.exception, ValueError)


@pytest.mark.parametrize("key", CHOICES)
def test_the_hook_offers_what_the_questions_offer(key: str) -> None:
    for choice in CHOICES[key]:
        assert refusal(**{key: choice}) is None
    offered = ", ".join(CHOICES[key])
    sentence = f"{key} must be one of {offered}{PASSING}{CHOICES[key][0]}"
    assert refusal(**{key: "none"}) == sentence


@pytest.mark.parametrize(
    "answer",
    [
        "standard",
        "all",
        "none",
        *PARTS,
        "standard, data",
        "data guide",
        " data ,guide,",
    ],
)
def test_these_parts_pass(answer: str) -> None:
    assert refusal(parts=answer) is None


def test_a_misspelt_question_fails_the_helper(bake: Baker) -> None:
    with pytest.raises(AssertionError, match="does not ask for"):
        bake(authh="cookie")


def test_no_name_of_the_project_itself_can_be_its_slug() -> None:
    # Without regard to case: some file systems have none.
    paths = [*template_files(), *overlay("license", "MIT")]
    names = {path.split("/")[0].lower().removesuffix(".py") for path in paths}
    names = {name for name in names if name.isidentifier()} - {SLUG}

    assert {"license", "wsgi"} <= names
    assert {name for name in names if refusal(project_slug=name) is None} == set()


def test_no_standard_module_can_be_the_slug() -> None:
    names = {name for name in sys.stdlib_module_names if not name.startswith("_")}

    assert {name for name in names if refusal(project_slug=name) is None} == set()


@pytest.mark.app
def test_no_module_the_app_depends_on_can_be_the_slug(app_python: Path) -> None:
    listing = (
        "from importlib.metadata import packages_distributions\n"
        "from importlib.util import find_spec\n"
        # On Python 3.15 every file that lies beside a package counts as a name.
        "print(*filter(find_spec, packages_distributions()), sep='\\n')"
    )
    done = subprocess.run([app_python, "-c", listing], capture_output=True, text=True)
    names = {name.lower() for name in done.stdout.split() if name.isidentifier()}

    assert {"flask", "sqlalchemy", "pytest"} <= names
    names = {name for name in names if not name.startswith("_")}
    assert {name for name in names if refusal(project_slug=name) is None} == set()


def test_an_old_python_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0, "final", 0))

    assert refusal() == (
        "This template needs Python 3.11 or newer; run cookiecutter with that."
    )


def test_the_questions_are_the_nine_agreed_ones() -> None:
    assert QUESTIONS == {
        "project_name",
        "project_slug",
        "description",
        "author_name",
        "author_email",
        "auth",
        "parts",
        "language",
        "license",
    }
