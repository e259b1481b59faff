"""Write migrations into a copy of those that are there, and see where a database stands."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.core.db import migrations
from {{ cookiecutter.project_slug }}.core.db.migrations import alembic

from .inside import rows

REVISION = '''"""Try something."""

import sqlalchemy as sa
from alembic import op

revision = {name!r}
down_revision = {head!r}
branch_labels = {labels!r}
depends_on = {needed!r}


def upgrade() -> None:
    {step}


def downgrade() -> None:
    pass
'''


def copy_migrations(place: Path, patch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the migrations, which the apps made from now on use."""
    # In its name stands what programs take for the end of a path.
    copy = place / "v: x; 100% mine" / "migrations"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(migrations.FOLDER, copy, ignore=ignored)
    patch.setattr(migrations, "FOLDER", copy)
    return copy


def add_step(app: Flask, folder: Path, step: str, *names: str) -> None:
    """Write a migration that follows the latest one of the app's own, or several."""
    head = own_head(app)
    for name in names or ("probe",):
        more = {"name": name, "head": head, "labels": None, "needed": None}
        (folder / f"{name}.py").write_text(REVISION.format(step=step.strip(), **more))


def add_branch(folder: Path, name: str) -> None:
    """Write the first migration of a part of the account."""
    more = {"name": f"{name}_0001", "head": None, "labels": (name,), "needed": "0001"}
    (folder / f"{name}_0001.py").write_text(REVISION.format(step="pass", **more))


def own_head(app: Flask) -> str:
    """Return the latest migration of the app's own, besides those of the account's parts."""
    with app.app_context():
        (head,) = alembic.script_directory.get_revisions("default@head")
        return str(head.revision)


def branches(app: Flask) -> list[set[str]]:
    """Return the labels of each head."""
    with app.app_context():
        return [set(head.branch_labels) for head in alembic.heads()]


def steps_done(app: Flask) -> set[str]:
    return {row["version_num"] for row in rows(app, "SELECT version_num FROM alembic_version")}
