"""The ids of an account or a link are never reused."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.core.db import Base, db
from {{ cookiecutter.project_slug }}.core.db.migrations import alembic

from .conftest import MakeApp
from .support.accounts import add_user
from .support.http import EMAIL
from .support.sql import own_database, rows, run_sql


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
