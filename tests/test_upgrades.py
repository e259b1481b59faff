"""A project of any release takes the newest one: the owner's changes stay, and work."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import keeping_up
from . import owner
from .environment import CACHE
from .keeping_up import Template
from .keeping_up import blocks
from .keeping_up import conflicts
from .keeping_up import tracked
from .owner import EMAIL
from .owner import PASSWORD
from .owner import Owned
from .releases import RELEASES
from .releases import Release
from .running import must
from .running import run_in
from .serving.visitor import Visitor
from .template import AUTHS
from .template import PROJECT
from .template import SLUG
from .template import tree

pytestmark = pytest.mark.usefixtures("history")

DOCUMENT = "docs/upgrading.md"
DOCS = PROJECT / "docs"
TAKING, OVERLAPS, HEADS = (
    "Taking it",
    "Where both changed the same lines",
    "Two heads of migrations",
)
FIRST = RELEASES[-1]
# What a coming release may bring, on top of what is here: a column with its migration,
# and lines near the owner's.
MIGRATION = (
    "migrations/a_motto.py",
    '''"""Let an account have a motto."""

import sqlalchemy as sa
from alembic import op

revision = "a_motto"
down_revision = "0002"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("motto", sa.String(100), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.drop_column("motto")
''',
)
COLUMN = "    motto: Mapped[str | None] = mapped_column(String(100))\n"
NAME = "    name: Mapped[str] = mapped_column(String(NAME_MAX_LENGTH))\n"
NEWER = [
    (f"{SLUG}/models.py", NAME, f"{NAME}{COLUMN}"),
    (f"{SLUG}/pages.py", "Answer 200 while", "Say 200 while"),
    (f"{SLUG}/templates/base.html", "  <footer>\n", "  <footer>\n    <hr>\n"),
    ("docs/privacy.md", "`name`, `language`", "`name`, `motto`, `language`"),
    ("docs/privacidade.md", "`name`, `language`", "`name`, `motto`, `language`"),
    ("pyproject.toml", '"argon2-cffi>=25.1"', '"argon2-cffi>=25.1.0"'),
]

releases = pytest.mark.parametrize("release", RELEASES, ids=lambda r: r.version)
auths = pytest.mark.parametrize("auth", AUTHS)
Own = Callable[[str, Release], Owned]


@pytest.fixture
def template(tmp_path: Path, env: dict[str, str]) -> Template:
    return Template.with_releases(tmp_path / "template", env)


@pytest.fixture
def own(
    template: Template, tmp_path: Path, env: dict[str, str], app_python: Path
) -> Iterator[Own]:
    """Return a function that makes a project of a release, with its owner's changes."""
    projects: list[Owned] = []

    def make(auth: str, release: Release) -> Owned:
        at = ("--checkout", release.commit)
        folder = keeping_up.create(tmp_path, env, template, auth, *at)
        projects.append(Owned(folder, env, app_python))
        projects[-1].settle_in()
        return projects[-1]

    yield make
    for project in projects:
        project.close()


@pytest.mark.app
@auths
@releases
def test_an_update_keeps_the_owners_changes_and_the_accounts(
    auth: str,
    release: Release,
    own: Own,
    template: Template,
    baked: Callable[..., Path],
    tmp_path: Path,
) -> None:
    project = own(auth, release)
    visitor = sign_in(project)
    assert visitor.post("/notes", title="Milk").status == 303
    project.close()
    key, own_files = (project.folder / ".env").read_bytes(), migrations(project)
    for change in NEWER:
        template.replace(*change)
    template.add(*MIGRATION)
    template.commit()

    keeping_up.update(project.folder, project.env)

    assert conflicts(project.folder, project.env) == set()
    assert (project.folder / ".env").read_bytes() == key
    # It is what the newest release bakes, with the owner's changes, and nothing else:
    # of the release that it came from nothing is left.
    newest = tmp_path / "newest"
    shutil.copytree(baked(auth=auth), newest)
    for path, old, new in NEWER:
        keeping_up.replace(newest / path, old, new)
    owner.change(newest)
    project.commit()
    files = {**tree(newest), **own_files, MIGRATION[0]: MIGRATION[1].encode()}
    assert tracked(project.folder, project.env) == files

    # Its migrations and the owner's stand side by side. The tests are red, and say why.
    with pytest.raises(AssertionError, match="run `flask db merge`"):
        project.tests_pass("tests/test_migrations.py", "-k", "each_migration")
    project.follow(blocks(project.folder / DOCUMENT, HEADS)[0])
    project.finds_no_difference()
    visitor = sign_in(project)
    assert visitor.get("/notes").text == '{"notes":["Milk"]}\n'
    assert project.query("SELECT email, motto FROM users") == [(EMAIL, None)]

    # Projects of other releases have become the same by now.
    if release is FIRST:
        project.style_is_right()
        project.run("mypy", "--cache-dir", str(CACHE / "mypy"))
        project.tests_pass()


@pytest.mark.parametrize("shown", ["markers", "rejects"])
def test_where_both_changed_a_line_both_can_be_seen(
    shown: str, template: Template, tmp_path: Path, env: dict[str, str]
) -> None:
    project = keeping_up.create(tmp_path, env, template, AUTHS[0])
    if shown == "rejects":
        # Whose first commit has changes already, git cannot know the former text.
        shutil.rmtree(project / ".git")
    page, pins = f"{SLUG}/pages.py", "requirements.txt"
    pin = (project / pins).read_text("utf-8").partition("\n")[0]
    for path, old, mine, theirs in [
        (page, '"home.html"', '"mine.html"', '"theirs.html"'),
        (pins, pin, "mine==1 \\", "theirs==1 \\"),
    ]:
        keeping_up.replace(project / path, old, mine)
        template.replace(path, old, theirs)
    # Lines that do not overlap arrive all the same.
    template.replace(f"{SLUG}/config.py", "Any, Self\n", "Any, Self  # newer\n")
    keeping_up.start_repository(project, env)
    template.commit()
    owned = tracked(project, env)

    keeping_up.update(project, env)

    ending = ".rej" if shown == "rejects" else ""
    assert conflicts(project, env) == {page + ending, pins + ending}
    assert "# newer\n" in (project / f"{SLUG}/config.py").read_text("utf-8")
    for path in (page, pins):
        text = (project / path).read_text("utf-8")
        former = owned[path].decode().splitlines()
        assert [line for line in former if line not in text.splitlines()] == []
        if shown == "rejects":
            assert text == owned[path].decode()
        assert "theirs" in (project / f"{path}{ending}").read_text("utf-8")
    find, give_up, again = blocks(project / DOCUMENT, OVERLAPS)
    # It fails where there are no markers.
    told = [
        run_in(project, *shlex.split(line), env=env).stdout
        for line in find.splitlines()
    ]
    assert all(path + ending in "".join(told) for path in (page, pins))
    back, lock = again.splitlines()
    assert lock == "make lock"
    must(run_in(project, *shlex.split(back), env=env))
    assert pins not in conflicts(project, env)
    assert (project / pins).read_bytes() == owned[pins]
    keeping_up.follow(project, env, give_up, "")
    assert conflicts(project, env) == set()
    assert tracked(project, env) == owned
    assert (project / ".env").is_file()


def test_a_project_of_plain_cookiecutter_is_linked_as_the_document_says(
    template: Template, tmp_path: Path, env: dict[str, str], baked: Callable[..., Path]
) -> None:
    url = template.folder.as_uri()
    at = ("--checkout", FIRST.commit)
    command = (sys.executable, "-m", "cookiecutter", f"git+{url}", "--no-input", *at)
    must(run_in(tmp_path, *command, env=env))
    project = tmp_path / SLUG
    keeping_up.start_repository(project, env)
    link, take = blocks(PROJECT / DOCUMENT, TAKING)[:2]
    link = link.replace("https://github.com/ORG/cookiecutter-flask-auth", url)
    template.replace(f"{SLUG}/pages.py", "Answer 200 while", "Say 200 while")
    template.commit()

    # The same answers as before, and no other commit.
    keeping_up.follow(project, env, link.replace("COMMIT", FIRST.commit), "\n" * 9)
    keeping_up.follow(project, env, take, "y\n")

    assert conflicts(project, env) == set()
    expected = tree(baked())
    page = f"{SLUG}/pages.py"
    expected[page] = expected[page].replace(b"Answer 200", b"Say 200")
    assert tracked(project, env) == expected


def test_both_documents_show_the_same_commands() -> None:
    english, portuguese = (
        re.findall(r"(?ms)^```console\n(.*?)^```$", (DOCS / name).read_text("utf-8"))
        for name in ("upgrading.md", "atualizar.md")
    )

    assert english
    assert english == portuguese


def sign_in(project: Owned) -> Visitor:
    visitor = project.serve()
    assert visitor.get("/notes").status == 303
    assert visitor.login(EMAIL, PASSWORD).location == "/"
    return visitor


def migrations(project: Owned) -> dict[str, bytes]:
    """Return those of the owner's."""
    files = (project.folder / "migrations").glob("*_add_notes.py")
    return {f"migrations/{file.name}": file.read_bytes() for file in files}
