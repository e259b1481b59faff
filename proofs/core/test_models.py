"""The ids of an account or a link are never reused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from my_flask_app.auth import links
from my_flask_app.core.db import Base, db
from my_flask_app.core.db.migrations import alembic

from ...conftest import MakeApp
from ...support.http import EMAIL
from ...support.sql import own_database, rows, run_sql


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


def test_the_number_of_a_used_link_is_no_others(fresh: Flask) -> None:
    """A browser that opened the link keeps its number."""
    numbers = []
    for _ in range(2):
        with fresh.app_context():
            links.create("reset", EMAIL)
        numbers += [row["id"] for row in rows(fresh, "SELECT id FROM links")]
        run_sql(fresh, "DELETE FROM links")
    assert len(set(numbers)) == 2
