"""Migrations build what the models describe, and lose no data."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect

from {{ cookiecutter.project_slug }}.core.db import Base, db
from {{ cookiecutter.project_slug }}.core.db.migrations import alembic

from ..conftest import MakeApp
from ..support.accounts import add_user
from ..support.http import EMAIL
from ..support.sql import branches, own_database, rows, run_sql


@pytest.fixture
def new_app(make_app: MakeApp, tmp_path: Path) -> Iterator[Callable[[], Flask]]:
    """Return a function that makes apps on one new, empty database."""
    with own_database(tmp_path) as url:
        yield lambda: make_app(database_url=url)


def tables(app: Flask) -> set[str]:
    with app.app_context():
        return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_each_branch_of_migrations_has_one_head(app: Flask) -> None:
    """Each part of the account has its own branch; all other migrations are the app's."""
    heads = branches(app)
    assert heads.count({"default"}) == 1, (
        f"run flask db merge, as docs/upgrading.md says: the heads are {heads}."
    )
    assert all(heads.count(labels) == 1 and len(labels) == 1 for labels in heads), (
        f"give each branch of a part one head: merge several heads with flask db merge, and let no "
        f"migration depend on two branches. The heads are {heads}."
    )


def test_models_and_migrations_agree(new_app: Callable[[], Flask]) -> None:
    app = new_app()
    with app.app_context():
        alembic.upgrade()
        difference = alembic.compare_metadata()
        assert not difference, (
            f"the models differ from what the migrations make: {difference}. Run flask db revision "
            '"WHAT", read what it wrote into migrations/, then flask db upgrade.'
        )
        connection = alembic.migration_context.connection
        assert connection is not None
        if connection.dialect.name == "sqlite":
            # Off during the migration, on again afterwards.
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert tables(app) == set(Base.metadata.tables)
    # Only people create accounts, so no account has a known password.
    assert not rows(app, "SELECT id FROM users"), (
        "delete the INSERT INTO users from your migration: create accounts with flask user create."
    )


def test_every_migration_can_be_downgraded(new_app: Callable[[], Flask]) -> None:
    app = new_app()
    with app.app_context():
        assert alembic.current() == ()
        alembic.upgrade()
        assert alembic.current() != ()
    # A part is removed by the branch of its name; the other branches stay.
    for branch in sorted(set().union(*branches(app)) - {"default"}):
        with app.app_context():
            alembic.downgrade(f"{branch}@base")
            left = [set(step.branch_labels) for step in alembic.current()]
        assert {"default"} in left
        assert {branch} not in left
    with app.app_context():
        alembic.downgrade("base")
        assert alembic.current() == ()
    assert not tables(app), (
        f"{sorted(tables(app))} remains after all downgrades: drop it in downgrade() of the "
        "migration that creates it."
    )
    with app.app_context():
        alembic.upgrade()
        assert not alembic.needs_upgrade()
    assert tables(app) == set(Base.metadata.tables)


@pytest.fixture(params=["migrations", "models"])
def fresh(request: pytest.FixtureRequest, make_app: MakeApp, tmp_path: Path) -> Iterator[Flask]:
    """Return an app with its own database, built by migrations or from the models."""
    with own_database(tmp_path) as url:
        app = make_app(database_url=url)
        with app.app_context():
            if request.param == "models":
                Base.metadata.create_all(db.engine)
            else:
                alembic.upgrade()
        yield app


def account(app: Flask) -> dict[str, object]:
    with app.app_context():
        add_user(EMAIL)
    (row,) = rows(app, "SELECT id, public_id FROM users")
    return row


def test_a_new_account_never_reuses_the_ids_of_a_deleted_one(fresh: Flask) -> None:
    old = account(fresh)
    run_sql(fresh, "DELETE FROM users")
    new = account(fresh)
    assert new["id"] != old["id"]
    assert new["public_id"] != old["public_id"]


def test_the_public_id_of_an_account_is_random(app: Flask) -> None:
    assert re.fullmatch("[0-9a-f]{32}", str(account(app)["public_id"]))
