"""A project takes what comes after its release: the owner's changes stay, and work."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support import keeping_up
from ..support import owner
from ..support.keeping_up import Template
from ..support.keeping_up import blocks
from ..support.keeping_up import conflicts
from ..support.keeping_up import tracked
from ..support.own_tests import Forks
from ..support.owner import EMAIL
from ..support.owner import PASSWORD
from ..support.owner import Owned
from ..support.template import ALIKE
from ..support.template import SLUG
from ..support.template import tree
from ..support.visitor import Visitor

DOCUMENT = "docs/upgrading.md"
HEADS = "Two heads of migrations"
# Of what the project is by then, its bake passed all of them.
SOME_TESTS = ["tests/core/test_migrations.py", "tests/test_notes.py"]
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
    (f"{SLUG}/pages.py", "Answer 200 if", "Say 200 if"),
    (f"{SLUG}/templates/base.html", "  <footer>\n", "  <footer>\n    <hr>\n"),
    ("docs/privacy.md", "`name`, `language`", "`name`, `motto`, `language`"),
    ("pyproject.toml", '"argon2-cffi>=25.1"', '"argon2-cffi>=25.1.0"'),
]

# What only one kind of session has, as its overlay brings it.
NOTICE = "# A line that the template gained.\n"
OVERLAID = f"{SLUG}/auth/sessions/__init__.py"


@pytest.fixture(params=ALIKE)
def auth(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def project(
    auth: str,
    template: Template,
    tmp_path: Path,
    env: dict[str, str],
    app_python: Path,
    forks: Forks,
) -> Iterator[Owned]:
    """Return a project with its owner's changes."""
    folder = template.create(tmp_path, auth)
    kept = (folder / ".cruft.json").read_text(encoding="utf-8")
    key = (folder / ".env").read_text(encoding="utf-8").partition("SECRET_KEY=")[2]
    assert f'"auth": "{auth}"' in kept
    assert key.strip()
    assert key.strip() not in kept
    assert "diff --git" not in template.cruft(folder, "diff")
    owned = Owned(folder, env, app_python, forks)
    owned.settle_in()
    yield owned
    owned.close()


@pytest.mark.app
def test_an_update_keeps_the_owners_changes_and_the_accounts(
    auth: str,
    project: Owned,
    template: Template,
    baked: Callable[..., Path],
    tmp_path: Path,
    thorough: bool,
) -> None:
    visitor = sign_in(project)
    assert visitor.post("/notes", title="Milk").status == 303
    project.close()
    key, own_files = (project.folder / ".env").read_bytes(), migrations(project)
    for change in NEWER:
        template.replace(*change)
    template.prepend(f"variants/auth/{auth}/{OVERLAID}", NOTICE)
    template.add(*MIGRATION)
    template.commit()

    template.update(project.folder)

    assert conflicts(project.folder, project.env) == set()
    assert (project.folder / ".env").read_bytes() == key
    # It is what the newest release bakes, with the owner's changes, and nothing else.
    newest = tmp_path / "newest"
    shutil.copytree(baked(auth=auth, parts="standard"), newest)
    for path, old, new in NEWER:
        keeping_up.replace(newest / path, old, new)
    keeping_up.prepend(newest / OVERLAID, NOTICE)
    owner.change(newest)
    project.commit()
    files = {**tree(newest), **own_files, MIGRATION[0]: MIGRATION[1].encode()}
    assert tracked(project.folder, project.env) == files

    # Its migrations and the owner's stand side by side. The tests are red, and say why.
    with pytest.raises(AssertionError, match="run flask db merge"):
        project.tests_pass("tests/core/test_migrations.py", "-k", "has_one_head")
    project.follow(blocks(project.folder / DOCUMENT, HEADS)[0])
    project.finds_no_difference()
    visitor = sign_in(project)
    assert visitor.get("/notes").text == '{"notes":["Milk"]}\n'
    assert project.query("SELECT email, motto FROM users") == [(EMAIL, None)]

    project.style_is_right()
    project.tests_pass(*([] if thorough else SOME_TESTS))


def sign_in(project: Owned) -> Visitor:
    visitor = project.serve()
    assert visitor.get("/notes").status == 303
    assert visitor.login(EMAIL, PASSWORD).location == "/"
    return visitor


def migrations(project: Owned) -> dict[str, bytes]:
    """Return those of the owner's."""
    files = (project.folder / "migrations").glob("*_add_notes.py")
    return {f"migrations/{file.name}": file.read_bytes() for file in files}
