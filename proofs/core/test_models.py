"""The ids of an account or a link are never reused."""

from flask import Flask

from my_flask_app.auth import links

from ...core import test_migrations
from ...support.http import EMAIL
from ...support.sql import rows, run_sql

fresh = test_migrations.fresh


def test_the_number_of_a_used_link_is_no_others(fresh: Flask) -> None:
    """A browser that opened the link keeps its number."""
    numbers = []
    for _ in range(2):
        with fresh.app_context():
            links.create("reset", EMAIL)
        numbers += [row["id"] for row in rows(fresh, "SELECT id FROM links")]
        run_sql(fresh, "DELETE FROM links")
    assert len(set(numbers)) == 2
