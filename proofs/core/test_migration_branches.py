"""The app's migrations form one branch; each part of the account has its own branch."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from my_flask_app.core.checks import check_migrations
from my_flask_app.core.db.migrations import alembic
from my_flask_app.core.environ import ConfigError

from ...conftest import MakeApp
from ...support.sql import branches, own_database, run_sql
from ..support.sql import add_branch, add_step, copy_migrations, own_head, steps_done


@pytest.fixture
def new_app(make_app: MakeApp, tmp_path: Path) -> Iterator[Callable[[], Flask]]:
    """Return a function that makes apps on one new, empty database."""
    with own_database(tmp_path) as url:
        yield lambda: make_app(database_url=url)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return copy_migrations(tmp_path, monkeypatch)


@pytest.fixture
def branched(folder: Path, new_app: Callable[[], Flask]) -> Callable[[], Flask]:
    """Return a function that makes apps with an extra branch of a part, "larder"."""
    add_branch(folder, "larder")
    with new_app().app_context():
        alembic.upgrade()
    return new_app


def test_a_number_of_steps_back_is_counted_in_the_apps_own_branch(
    folder: Path, branched: Callable[[], Flask]
) -> None:
    app = branched()
    before = steps_done(app)
    add_step(app, folder, "pass")
    app = branched()
    with app.app_context():
        alembic.upgrade()
    assert "probe" in steps_done(app)
    for command in (["db", "downgrade"], ["db", "upgrade"], ["db", "downgrade", "1"]):
        assert app.test_cli_runner().invoke(args=command).exit_code == 0
        assert steps_done(app) >= {"larder_0001"}
    assert steps_done(app) == before
    assert app.test_cli_runner().invoke(args=["db", "downgrade", "larder@base"]).exit_code == 0
    assert steps_done(app) == before - {"larder_0001"}


def test_a_new_migration_follows_the_apps_own(folder: Path, branched: Callable[[], Flask]) -> None:
    app = branched()
    head = own_head(app)
    done = app.test_cli_runner().invoke(args=["db", "revision", "--empty", "Count jars"])
    assert done.exit_code == 0
    (written,) = folder.glob("*count_jars.py")
    assert f"down_revision = '{head}'" in written.read_text().replace('"', "'")
    assert branches(branched()).count({"default"}) == 1
    assert branches(branched()).count({"larder"}) == 1


def test_a_merge_leaves_the_branches_of_parts_apart(
    folder: Path, branched: Callable[[], Flask]
) -> None:
    add_step(branched(), folder, "pass", "one", "other")
    app = branched()
    assert branches(app).count({"default"}) == 2
    assert app.test_cli_runner().invoke(args=["db", "merge"]).exit_code == 0
    app = branched()
    assert branches(app).count({"default"}) == 1
    assert branches(app).count({"larder"}) == 1
    with app.app_context():
        (merged,) = alembic.script_directory.get_revisions(own_head(app))
    assert set(merged.down_revision or ()) == {"one", "other"}


@pytest.mark.parametrize("command", [["db", "upgrade"], ["db", "current"], ["user", "list"]])
def test_a_migration_that_is_not_there_is_told_in_a_sentence(
    new_app: Callable[[], Flask], command: list[str]
) -> None:
    """It was removed with a part, or it belongs to another commit."""
    app = new_app()
    with app.app_context():
        alembic.upgrade()
    run_sql(app, "INSERT INTO alembic_version VALUES ('gone')")
    with app.app_context(), pytest.raises(ConfigError) as refused:
        check_migrations()
    assert str(refused.value) == (
        "DATABASE_URL names a database with a migration that is not in migrations/. Put the file "
        "back. To leave a part of the account, downgrade first: see docs/recipes.md."
    )
    if command[0] == "user":
        run_sql(app, "ALTER TABLE users RENAME TO lost")
    done = app.test_cli_runner().invoke(args=command)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert done.output.count("\n") == 1
