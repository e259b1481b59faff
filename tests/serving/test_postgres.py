"""A project works on PostgreSQL as on SQLite, and gets over its restart."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.postgres import Postgres
from ..support.running import must
from ..support.running import run_in
from ..support.server import wait_until
from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.site import TWO_WORKERS
from ..support.template import ALIKE
from ..support.template import AUTHS
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

# What a load balancer waits for at the most; each answer comes with its time.
SECONDS = 10
# They ask for what databases do differently; --thorough runs all others too.
DATABASE_TESTS = (
    "test_clock test_database* test_migrations test_sweeping test_throttle "
    "test_transactions social/test_last_way social/test_races"
)


@pytest.mark.parametrize(
    ("auth", "tests"),
    [
        ("session", f"session/test_* test_server_session {DATABASE_TESTS}"),
        *(pytest.param(auth, "", marks=pytest.mark.long) for auth in AUTHS),
    ],
)
def test_its_own_tests_pass_there(
    auth: str,
    tests: str,
    proved: Callable[[str], Path],
    tmp_path: Path,
    env: dict[str, str],
    app_python: Path,
    database_server: Postgres,
) -> None:
    """Nothing but DATABASE_URL says so."""
    name = f"suite_{auth}" + ("_part" if tests else "")
    env = {**env, "DATABASE_URL": database_server.new_database(name)}
    project = tmp_path / "project"
    shutil.copytree(proved(auth), project)
    pytest_ = (app_python, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    chosen = []
    for pattern in tests.split():
        found = sorted((project / "tests").rglob(f"{pattern}.py"))
        assert found, f"no test is called {pattern}"
        chosen += found

    assert " passed" in must(run_in(project, *pytest_, *chosen, env=env))
    # They were there and left nothing behind.
    counted = (
        "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    )
    assert int(database_server.ask(counted, name)) > 1000
    schemas = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'test%'"
    assert database_server.ask(schemas, name) == ""


@pytest.mark.parametrize("auth", ALIKE)
def test_a_sequence_that_stayed_behind_is_an_error_that_is_told(
    auth: str, open_site: OpenSite, database_server: Postgres
) -> None:
    """Rows that were moved or restored came with their numbers."""
    site = open_site(auth)
    name = f"behind_{auth}"
    served = {**SERVED, "DATABASE_URL": database_server.new_database(name)}
    site.flask("db", "upgrade", **served)
    site.add_account(served)
    server = site.serve(served)
    ana = Visitor(server.port)

    database_server.ask("ALTER SEQUENCE events_id_seq RESTART 1", name)
    assert ana.login(EMAIL, PASSWORD).status == 500
    assert ana.cookies == {}
    assert "UniqueViolation" in server.output
    assert ana.login(EMAIL, PASSWORD).status == 303

    database_server.ask("ALTER SEQUENCE users_id_seq RESTART 1", name)
    bob = ("user", "create", "bob@example.com", "--name", "Bob")
    done = site.run("flask", *bob, stdin=f"{PASSWORD}\n", **served)
    assert "UniqueViolation" in done.stderr
    assert "already has an account" not in done.stderr


@pytest.mark.parametrize("auth", ALIKE)
def test_it_is_refused_while_the_database_is_away_and_goes_on_by_itself(
    auth: str, open_site: OpenSite, database_server: Postgres
) -> None:
    site = open_site(auth)
    served = {**SERVED, "DATABASE_URL": database_server.new_database(f"away_{auth}")}
    site.flask("db", "upgrade", **served)
    site.add_account(served)
    port = site.serve(served, TWO_WORKERS).port
    ana, late = Visitor(port, patience=SECONDS), Visitor(port, patience=SECONDS)
    assert ana.login(EMAIL, PASSWORD).status == 303

    database_server.stop()
    try:
        for path in ("/account/", "/account/sessions", "/healthz"):
            assert ana.get(path).status == 503
        refused = late.login(EMAIL, PASSWORD)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        assert late.cookies == {}
    finally:
        database_server.start()

    wait_until(lambda: late.login(EMAIL, PASSWORD).status == 303)
    # Nor has anybody been logged out by it. A worker that had a connection before the
    # stop learns only now, by one answer, that it is over.
    answers = Counter(ana.get("/account/").status for _ in range(8))
    assert answers.keys() <= {200, 503}
    assert answers[503] <= 2
    assert "Hello, Ana" in late.get("/").text
