"""Share the ways to bake, a clean environment, and what a baked project runs in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from .support import environment
from .support import proofs
from .support.baking import Baker
from .support.baking import CommandLine
from .support.baking import Cookies
from .support.baking import compiling_once
from .support.keeping_up import Template
from .support.own_tests import Bakes
from .support.own_tests import Forks
from .support.parts import take_out
from .support.running import clean_environment
from .support.site import FOLDER
from .support.site import SERVED
from .support.site import Site
from .support.template import VARIANTS

Take = Callable[[list[str]], Path]

LONG = "takes long, and adds little to what a part of it shows: --thorough runs it"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="run also what is `long`")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "app: runs a baked project, in the environment that make test builds"
    )
    config.addinivalue_line("markers", f"long: {LONG}")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Start what takes longest first, so that no worker is left with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("app") is None)
    if config.getoption("--thorough"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason=LONG))


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--thorough"))


@pytest.fixture(scope="session", autouse=True)
def quick_bakes() -> Iterator[None]:
    with compiling_once():
        yield


@pytest.fixture
def bake(cookies: Cookies) -> Baker:
    return Baker(cookies)


@pytest.fixture(scope="session")
def baked(cookies_session: Cookies) -> Callable[..., Path]:
    """Return a function that bakes each variant once; what it returns is to be read."""
    bake = Baker(cookies_session)
    projects: dict[tuple[tuple[str, str], ...], Path] = {}

    def bake_once(**answers: str) -> Path:
        key = tuple(sorted(answers.items()))
        if key not in projects:
            projects[key] = bake(**answers)
        return projects[key]

    return bake_once


@pytest.fixture(params=VARIANTS, ids="-".join)
def variant(request: pytest.FixtureRequest, baked: Callable[..., Path]) -> Path:
    """Return each combination of auth and language in turn."""
    auth, language = request.param
    return baked(auth=auth, language=language)


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty home, so that the tester's own is neither read nor written."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def env(home: Path) -> dict[str, str]:
    return clean_environment(home)


@pytest.fixture(scope="session")
def bakes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bakes]:
    with Bakes.open(tmp_path_factory.mktemp("bakes")) as bakes:
        yield bakes


@pytest.fixture
def cookiecutter(env: dict[str, str], bakes: Bakes) -> CommandLine:
    return CommandLine(env, run_in=bakes.run_in)


@pytest.fixture(scope="session")
def app_python() -> Path:
    """Return the interpreter that has what a baked project needs."""
    if not environment.exists():
        pytest.fail("No environment for baked projects: python -m tests.environment")
    return environment.python()


@pytest.fixture(scope="session")
def forks(
    app_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Forks]:
    with Forks.start(app_python, tmp_path_factory.mktemp("forks")) as forks:
        yield forks


@pytest.fixture(scope="session")
def compiled(
    baked: Callable[..., Path], forks: Forks, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Return a function that gives a project of each kind to copy, compiled once.

    Each copy would else begin by compiling its tests.
    """
    projects: dict[str, Path] = {}

    def compile_once(auth: str) -> Path:
        if auth not in projects:
            project = tmp_path_factory.mktemp("compiled") / FOLDER
            shutil.copytree(baked(auth=auth), project)
            forks.must(project, "--collect-only")
            projects[auth] = project
        return projects[auth]

    return compile_once


@pytest.fixture(scope="session")
def proved(
    compiled: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Return a function that gives a project of each kind with its proofs laid."""
    projects: dict[str, Path] = {}

    def lay_once(auth: str) -> Path:
        if auth not in projects:
            project = tmp_path_factory.mktemp("proved") / FOLDER
            shutil.copytree(compiled(auth), project)
            proofs.lay(project, auth)
            projects[auth] = project
        return projects[auth]

    return lay_once


@pytest.fixture
def take(compiled: Callable[[str], Path], tmp_path: Path) -> Take:
    """Return a function that copies a project and takes parts out of the copy."""

    def copy_without(gone: list[str]) -> Path:
        project = tmp_path / "-".join(gone)
        shutil.copytree(compiled("session"), project)
        for part in gone:
            take_out(project, part)
        return project

    return copy_without


@pytest.fixture(scope="session")
def upgraded(
    baked: Callable[..., Path],
    app_python: Path,
    forks: Forks,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Path]:
    """Return a function that gives a project of each kind tables and an account."""
    projects: dict[tuple[str, str], Path] = {}

    def upgrade(auth: str, parts: str = "all") -> Path:
        if (auth, parts) not in projects:
            folder = tmp_path_factory.mktemp("upgraded") / FOLDER
            shutil.copytree(baked(auth=auth, parts=parts), folder)
            env = clean_environment(tmp_path_factory.mktemp("home"))
            site = Site(folder, env, app_python.parent, forks)
            site.flask("db", "upgrade", **SERVED)
            site.add_account(SERVED)
            (folder / ".env").unlink()
            projects[auth, parts] = folder
        return projects[auth, parts]

    return upgrade


@pytest.fixture
def template(tmp_path: Path, env: dict[str, str], bakes: Bakes) -> Template:
    """Return a repository whose only release is what stands here now."""
    return Template(tmp_path / "template", env, bakes.run_in)
