"""A part is complete or absent: the app names a missing half, or leftover tables, in one line."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from my_flask_app.core.i18n import PACKAGE

from ...support.settings import KEY

PART = '''"""Keep jam for every account."""

from ...auth.parts import Part
from . import jars

part = Part(order=1)
'''
JARS = '''"""Own the jars."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ...core.db import Base


class Jar(Base):
    """Hold a jar."""

    __tablename__ = "jars"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
'''
MIGRATION = '''"""Make the table of jars."""

import sqlalchemy as sa
from alembic import op

revision = "larder_0001"
down_revision = None
branch_labels = ("larder",)
depends_on = "0001"


def upgrade() -> None:
    op.create_table("jars", sa.Column("user_id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("jars")
'''
# Run Python in forks that have the libraries already: to import them takes longer than the rest.
FORKS = """
import contextlib, importlib, json, os, runpy, sys
for name in sys.argv[1:]:
    # A part may be absent, and what it needs.
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
for line in sys.stdin:
    folder, args, log = json.loads(line)
    child = os.fork()
    if child:
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    if args[0] == "-c":
        exec(args[1])
    else:
        sys.argv[:] = args[1:]
        runpy.run_module(args[1], run_name="__main__", alter_sys=True)
    sys.exit()
"""
LIBRARIES = (
    "alembic.command argon2 authlib.integrations.requests_client authlib.oidc.core babel.support "
    "babel.messages.mofile babel.messages.pofile concurrent.futures.thread cryptography.fernet "
    "dotenv email.policy email_validator fido2.server flask.cli flask_alembic.cli "
    "flask_sqlalchemy_lite jinja2.ext joserfc.jwt pyotp pythonjsonlogger.json segno smtplib "
    "sqlalchemy.dialects.postgresql sqlalchemy.dialects.sqlite ua_parser "
    "werkzeug.middleware.proxy_fix wtforms zxcvbn"
)
SERVE = ["-c", "import wsgi"]


@dataclass
class Project:
    """A separate project with a part and a database, because Python keeps loaded modules."""

    root: Path
    forks: subprocess.Popen[str]

    @property
    def part(self) -> Path:
        return self.root / PACKAGE.name / "account" / "larder"

    @property
    def migration(self) -> Path:
        return self.root / "migrations" / "larder_0001.py"

    def python(self, *args: str) -> tuple[int, str]:
        log = self.root / "log"
        assert self.forks.stdin
        assert self.forks.stdout
        self.forks.stdin.write(json.dumps([str(self.root), args, str(log)]) + "\n")
        self.forks.stdin.flush()
        status = int(self.forks.stdout.readline())
        return status, log.read_text(encoding="utf-8")

    def refusal(self) -> str:
        """Return the one line that an app prints when it does not start."""
        status, said = self.python(*SERVE)
        assert status == 1
        assert said.count("\n") == 1, said
        return said.rstrip("\n")


@contextmanager
def forking(root: Path) -> Iterator[subprocess.Popen[str]]:
    environ = {
        **os.environ,
        "SECRET_KEY": KEY,
        "DATABASE_URL": "sqlite:///app.sqlite",
        "PUBLIC_URL": "https://app.example",
        "MAIL_URL": "none:",
    }
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", FORKS, *LIBRARIES.split()],
        cwd=root,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("project") / "copy"
    # Copy the compiled files too, so that Python does not compile them again.
    for name in (PACKAGE.name, "migrations"):
        shutil.copytree(PACKAGE.parent / name, root / name)
    shutil.copy(PACKAGE.parent / "wsgi.py", root)
    with forking(root) as forks:
        project = Project(root, forks)
        project.part.mkdir()
        (project.part / "__init__.py").write_text(PART)
        (project.part / "jars.py").write_text(JARS)
        project.migration.write_text(MIGRATION)
        status, said = project.python("-m", "flask", "db", "upgrade")
        assert status == 0, said
        yield project


@pytest.fixture
def project(whole: Project, tmp_path: Path) -> Project:
    shutil.copytree(whole.root, tmp_path / "copy")
    return Project(tmp_path / "copy", whole.forks)


def test_a_part_is_removed_by_its_branch_folder_and_migration(project: Project) -> None:
    assert project.python(*SERVE) == (0, "")
    status, said = project.python("-m", "flask", "db", "downgrade", "larder@base")
    assert status == 0, said
    shutil.rmtree(project.part)
    project.migration.unlink()
    assert project.python(*SERVE) == (0, "")
    assert project.python("-m", "flask", "db", "check")[0] == 0


def lose_init(project: Project) -> None:
    (project.part / "__init__.py").unlink()


def lose_module(project: Project) -> None:
    (project.part / "jars.py").unlink()


def lose_module_named_otherwise(project: Project) -> None:
    lose_module(project)
    (project.part / "__init__.py").write_text(PART.replace(". import jars", ".jars import Jar"))


def lose_part(project: Project) -> None:
    (project.part / "__init__.py").write_text(PART.replace("part =", "larder ="))


def lose_migration(project: Project) -> None:
    project.migration.unlink()


@pytest.mark.parametrize(
    ("lose", "said"),
    [
        (lose_init, "it has no __init__.py"),
        (lose_module, "cannot import name 'jars' from "),
        (lose_module_named_otherwise, f"No module named '{PACKAGE.name}.account.larder.jars'"),
        (lose_part, "its __init__.py defines no `part`"),
        (lose_migration, "migrations/larder_0001.py is missing"),
    ],
)
def test_half_a_part_is_named_with_what_is_missing(
    project: Project, lose: Callable[[Project], None], said: str
) -> None:
    lose(project)
    refusal = project.refusal()
    assert refusal.startswith(f"The folder account/larder/ is incomplete ({said}")
    assert refusal.endswith("): put back what is missing, or delete the folder.")
    assert refusal.count("(") == 1


def test_commands_say_the_same(project: Project) -> None:
    lose_part(project)
    status, said = project.python("-m", "flask", "user", "list")
    assert (status, said) == (1, f"Error: {project.refusal()}\n")


def test_a_migration_whose_part_is_gone_is_named_with_the_way_out(project: Project) -> None:
    shutil.rmtree(project.part)
    assert project.refusal() == (
        "The file migrations/larder_0001.py belongs to account/larder/, which is gone: put that "
        "folder back, or run `flask db downgrade larder@base` and delete the file."
    )
    assert project.python("-m", "flask", "db", "downgrade", "larder@base")[0] == 0
    project.migration.unlink()
    assert project.python(*SERVE) == (0, "")


def test_a_part_removed_before_its_tables_is_reported_with_the_cure(project: Project) -> None:
    shutil.rmtree(project.part)
    project.migration.unlink()
    assert project.refusal() == (
        "DATABASE_URL names a database with a migration that is not in migrations/. Put the file "
        "back. To leave a part of the account, downgrade first: see docs/recipes.md."
    )
