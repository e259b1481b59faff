"""Make an app, a clean database and a browser for every test."""

import gc
import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import passwords
from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core.db.migrations import alembic
from {{ cookiecutter.project_slug }}.core.environ import Rate

from .support.accounts import add_user
from .support.cli import Site, serving
from .support.http import APP_NAME, EMAIL, ORIGIN, Browser
from .support.logs import listening
from .support.settings import KEY, disconnect, quick_app
from .support.sql import empty_tables, own_database

# Neither the name of your app, nor its languages, nor its limits change what the tests see.
OWN: dict[str, Any] = {
    "app_name": APP_NAME,
    "language": "en",
    "languages": ("en", "pt_BR"),
    "registration_open": True,
    "password_min_length": 15,
    "refuse_breached_passwords": False,
    "session_idle_seconds": 30 * 60,
    "session_absolute_seconds": 12 * 60 * 60,
    "remember_idle_seconds": 7 * 24 * 60 * 60,
    "remember_absolute_seconds": 30 * 24 * 60 * 60,
    "reauthentication_seconds": 10 * 60,
    "sessions_per_user": 20,
    "require_second_factor": False,
    "login_attempts_per_account": Rate(10, 900),
    "login_attempts_per_address": Rate(100, 900),
    "mails_per_address": Rate(30, 3600),
}

# Differences between models and migrations that would break every test.
LACKING = ("add_table", "add_column")


# All other folders are yours.
CAME_WITH_THE_PROJECT = {"account", "auth", "cli", "core"}
ADVICE = (
    "This test came with the project. If you changed on purpose what it looks for, such as a text, "
    "change it here too. If not, its name says what no longer holds."
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say what to do about a failed assertion that does not say it itself."""
    report = yield
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    if folder in CAME_WITH_THE_PROJECT and call.excinfo is not None:
        error = call.excinfo.value
        if isinstance(error, AssertionError) and str(error).startswith("assert "):
            report.sections.append(("What to do", ADVICE))
    return report


def pytest_configure() -> None:
    """Collect garbage less often: it takes a tenth of the time."""
    gc.set_threshold(50_000)
    # Not all settings pass through `settings` below: what your shell exports must not change
    # a test.
    for name in [name for name in os.environ if name.startswith(("FLASK_", "SOCIAL_"))]:
        del os.environ[name]


def pytest_collection_finish() -> None:
    """Keep the collector away from all that is imported: it lives until the end."""
    gc.freeze()


Add = Callable[[Flask], object]


class MakeApp(Protocol):
    """Make an app with other settings than the tests use, and with what `add` puts into it."""

    def __call__(self, add: Add | None = None, /, **changes: object) -> Flask: ...


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Return the settings of a served app; `.env` is never read."""
    with own_database(tmp_path_factory.mktemp("database")) as url:
        environ = {"SECRET_KEY": KEY, "DATABASE_URL": url, "PUBLIC_URL": ORIGIN}
        yield replace(Settings.from_environ(environ), **OWN)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Compile each page once, not once for each app."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("pages")))


@pytest.fixture(scope="session")
def served(settings: Settings, pages: BytecodeCache) -> Iterator[Flask]:
    app = quick_app(settings, pages)
    with app.app_context():
        alembic.upgrade()
        lacking = [found for found in alembic.compare_metadata() if found[0] in LACKING]
    assert not lacking, (
        f"the models have what no migration creates: {lacking}. Run flask db revision "
        '"WHAT", read what it wrote into migrations/, then flask db upgrade.'
    )
    yield app
    disconnect()


@pytest.fixture
def app(served: Flask) -> Iterator[Flask]:
    """Return the app; empty its tables after the test."""
    yield served
    empty_tables(served)


@pytest.fixture
def make_app(app: Flask, settings: Settings, pages: BytecodeCache) -> MakeApp:
    """Return a function that makes apps on the database of `app`, and on its engine."""

    def make(add: Add | None = None, /, **changes: object) -> Flask:
        made = quick_app(replace(settings, **changes), pages)  # type: ignore[arg-type]
        if add:
            add(made)
        return made

    return make


@pytest.fixture(scope="session")
def kept_apps() -> dict[tuple[Add | None, Settings], Flask]:
    return {}


@pytest.fixture
def configure(
    make_app: MakeApp, settings: Settings, kept_apps: dict[tuple[Add | None, Settings], Flask]
) -> MakeApp:
    """Return a function that makes apps as `make_app` does, and reuses them in later tests.

    Making an app takes longer than most tests. Give it views by a function of the module,
    and change nothing else in the app: use `make_app` for that.
    """

    def find(add: Add | None = None, /, **changes: object) -> Flask:
        key = (add, replace(settings, **changes))  # type: ignore[arg-type]
        if key not in kept_apps:
            kept_apps[key] = make_app(add, **changes)
        return kept_apps[key]

    return find


@pytest.fixture
def client(app: Flask) -> Browser:
    """Return a browser in which no user is signed in."""
    return Browser(app)


@pytest.fixture
def user(app: Flask) -> str:
    """Make an account and return its address; the password is PASSWORD."""
    with app.app_context():
        add_user(EMAIL)
    return EMAIL


@pytest.fixture
def ana(client: Browser, user: str) -> Browser:
    """Return a browser in which that account's user, Ana, is signed in."""
    client.login()
    return client


@pytest.fixture
def site(app: Flask, user: str, settings: Settings, tmp_path: Path) -> Iterator[Site]:
    """Return a served site with an account and its key in .env."""
    with serving(settings, tmp_path) as served_site:
        yield served_site


@pytest.fixture
def clock(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    """Stop the clock; `clock.shift(...)` moves it by seconds or by a timedelta."""
    time_machine.move_to(datetime.now(UTC), tick=False)
    return time_machine


@pytest.fixture(autouse=True)
def nothing_secret_is_logged() -> Iterator[None]:
    """Fail a test if the log contains a secret that its browsers sent or received."""
    with listening():
        yield


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", cheap)
