"""An owner's first week turns nothing red, and what does turn red says what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support import week
from ..support.keeping_up import replace
from ..support.keeping_up import start_repository
from ..support.own_tests import Forks
from ..support.owner import Owned
from ..support.template import ALIKE
from ..support.template import SLUG

pytestmark = pytest.mark.app

ONE = {"session": "en", "cookie": "pt_BR"}


def files(room: str, *names: str) -> list[str]:
    return [f"tests/{room}/test_{name}.py" for name in names]


# What looks at the whole app, and what was added; the rest knows nothing of it.
WIDE = ["tests/core", "tests/account/data", *files("account", "account")]
WIDE += files("auth", "guards", "accounts", "login", "dev", "loaders")
WIDE += [*files("account/guide", "pages", "naive"), *files("auth/sessions", "cookies")]
WIDE += ["tests/test_notes.py", "tests/test_pages.py", "tests/test_shelf.py"]


@pytest.fixture(params=ALIKE)
def project(
    request: pytest.FixtureRequest,
    compiled: Callable[[str], Path],
    tmp_path: Path,
    env: dict[str, str],
    app_python: Path,
    forks: Forks,
) -> Iterator[Owned]:
    """Return a project at the end of its first week."""
    folder = tmp_path / "project"
    shutil.copytree(compiled(request.param), folder)
    start_repository(folder, env)
    owned = Owned(folder, env, app_python, forks)
    week.work(folder, ONE[request.param])
    owned.settle_in()
    yield owned
    owned.close()


def test_a_week_of_its_owner_turns_nothing_red(
    project: Owned, forks: Forks, thorough: bool
) -> None:
    project.style_is_right()
    project.finds_no_difference()
    forks.must(project.folder, *([] if thorough else WIDE))


@pytest.fixture
def folder(compiled: Callable[[str], Path], tmp_path: Path) -> Path:
    """Return the folder of a new project."""
    return Path(shutil.copytree(compiled("session"), tmp_path / "project"))


def test_what_is_red_says_what_to_do(folder: Path, forks: Forks) -> None:
    with (folder / SLUG / "pages.py").open("a", encoding="utf-8") as file:
        file.write(OPEN_AND_INLINE)
    home = folder / SLUG / "templates" / "home.html"
    replace(home, '{{ _("You are logged in.") }}', '{{ _("Hi.") }}')

    register = folder / SLUG / "auth" / "register.py"
    replace(register, '_("Your account is ready.")', '"Welcome aboard."')

    core = files("core", "crawl", "catalogues")
    _, said = forks.run(folder, *files("auth", "guards", "register"), *core)

    assert "['pages.about'] can be opened without a login: add it to PUBLIC" in said
    assert "/about holds <button onclick=...>: the Content-Security-Policy" in said
    assert "Move it to a file in static/." in said
    assert "run make strings" in said
    assert "If you changed on purpose what it looks for, such as a text" in said


def test_a_column_without_its_migration_and_its_row_says_so(
    folder: Path, forks: Forks
) -> None:
    epoch = "    session_epoch: Mapped[int]"
    motto = "    motto: Mapped[str | None]\n"
    replace(folder / SLUG / "models.py", epoch, motto + epoch)

    _, said = forks.run(folder, *files("auth", "login", "accounts"))

    assert "the models have what no migration creates" in said
    assert "Run flask db revision" in said
    assert "correct the row of users in docs/privacy.md" in said
    assert "add ['motto'], and delete []" in said


def test_a_table_that_keeps_an_account_from_being_deleted_says_so(
    folder: Path, forks: Forks
) -> None:
    models = folder / SLUG / "models.py"
    replace(models, "import String\n", "import ForeignKey, String\n")
    with models.open("a", encoding="utf-8") as file:
        file.write(NOTE)

    _, said = forks.run(folder, *files("auth", "accounts"))

    assert "notes.user_id keeps an account from being deleted" in said


def test_documents_and_files_of_deployment_can_be_deleted(
    folder: Path, forks: Forks
) -> None:
    shutil.rmtree(folder / "docs")
    for name in ("gunicorn.conf.py", "README.md", "Dockerfile", ".env.example"):
        (folder / name).unlink()

    files_read = [*files("auth", "accounts"), *files("cli", "secret")]
    files_read += files("core", "crawl", "serving") + files("account/guide", "pages")
    status, said = forks.run(folder, *files_read, "-rs")

    assert status == 0, said
    assert "docs/keys.md is gone" in said


def test_the_first_page_can_move(folder: Path, forks: Forks) -> None:
    replace(folder / SLUG / "pages.py", '@bp.get("/")', '@bp.get("/dashboard")')

    forks.must(folder, *files("auth", "login", "login_steps", "next_page", "register"))


def test_the_first_page_can_require_a_login(folder: Path, forks: Forks) -> None:
    mark = "@login_not_required\n"
    replace(folder / SLUG / "pages.py", f'@bp.get("/")\n{mark}', '@bp.get("/")\n')
    replace(folder / "tests" / "test_pages.py", ', "pages.home"}', "}")

    forks.must(folder, *files("auth", "guards", "login"), "tests/account/data")


def test_a_public_page_may_fail_where_only_its_own_tests_know_what_it_needs(
    folder: Path, forks: Forks
) -> None:
    with (folder / SLUG / "pages.py").open("a", encoding="utf-8") as file:
        file.write(HOOK)
    replace(
        folder / "tests/test_pages.py", '"pages.home"}', '"pages.home", "pages.hook"}'
    )

    half_way = files("account/second_factor", "half_way")
    forks.must(folder, *half_way, *files("auth", "guards"))


NOTE = """

class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
HOOK = """

@bp.post("/hook")
@login_not_required
def hook() -> ResponseReturnValue:
    raise RuntimeError("the signature is missing")
"""
OPEN_AND_INLINE = """

@bp.get("/about")
@login_not_required
def about() -> ResponseReturnValue:
    return "<button onclick='x()'>"
"""
