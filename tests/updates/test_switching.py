"""A project changes how people stay signed in, as its document says: nobody is lost."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support import owner
from ..support.keeping_up import Template
from ..support.keeping_up import blocks
from ..support.keeping_up import conflicts
from ..support.keeping_up import tracked
from ..support.own_tests import Forks
from ..support.owner import EMAIL
from ..support.owner import PASSWORD
from ..support.owner import Owned
from ..support.template import tree
from ..support.visitor import Visitor

pytestmark = pytest.mark.app

DOCUMENT = "docs/upgrading.md"
SECTION = "Changing how people stay signed in"
FACTOR = "/account/second-factor"
KEPT = "migrations/0002_sessions.py"
# Each kind has a table of its own.
TABLE = {"session": "sessions", "cookie": "ended_sessions"}
ACCOUNTS = """
SELECT id, public_id, email, password_hash, secret FROM users
JOIN second_factors ON user_id = id"""


# The way back from signed cookies leaves more behind: their list of ended sessions.
@pytest.fixture(
    params=[
        pytest.param(("session", "cookie"), marks=pytest.mark.long),
        ("cookie", "session"),
    ],
    ids="-to-".join,
)
def old_and_new(request: pytest.FixtureRequest) -> tuple[str, str]:
    old, new = request.param
    return old, new


@pytest.fixture
def project(
    old_and_new: tuple[str, str],
    template: Template,
    tmp_path: Path,
    env: dict[str, str],
    app_python: Path,
    forks: Forks,
) -> Iterator[Owned]:
    """Return a project of the old kind, with its owner's changes and an account."""
    folder = template.create(tmp_path, old_and_new[0])
    owned = Owned(folder, env, app_python, forks)
    owned.settle_in()
    yield owned
    owned.close()


def test_accounts_stay_and_sessions_end(
    old_and_new: tuple[str, str],
    project: Owned,
    baked: Callable[..., Path],
    tmp_path: Path,
) -> None:
    old, new = old_and_new
    key = (project.folder / ".env").read_bytes()
    visitor = project.serve()
    secret = set_up_a_second_factor(project, visitor)
    assert visitor.post("/notes", title="Milk").status == 303
    signed_in = dict(visitor.cookies)
    project.close()
    accounts = project.query(ACCOUNTS)
    files = tracked(project.folder, project.env)
    own = {path: text for path, text in files.items() if path.startswith("migrations/")}
    own.pop("migrations/0001_accounts.py")

    ((epoch,),) = project.query("SELECT session_epoch FROM users")

    (commands,) = blocks(project.folder / DOCUMENT, SECTION)
    project.follow(commands.replace('"cookie"', f'"{new}"'))

    assert conflicts(project.folder, project.env) == set()
    assert (project.folder / ".env").read_bytes() == key
    tables = {name for (name,) in project.query("SELECT name FROM sqlite_schema")}
    assert TABLE[new] in tables
    assert TABLE[old] not in tables
    project.finds_no_difference()

    assert project.query(ACCOUNTS) == accounts
    # A signed cookie that somebody had logged out of must not come back to life with
    # the way back, when the list of ended sessions has gone.
    assert project.query(f"SELECT id FROM users WHERE session_epoch = {epoch}") == []
    visitor = project.serve()
    assert visitor.login(EMAIL, PASSWORD).location == "/auth/second-factor"
    code = project.code(secret, steps_ahead=1)
    assert visitor.post("/auth/second-factor", code=code).location == "/"
    assert visitor.get("/notes").text == '{"notes":["Milk"]}\n'
    assert is_signed_in(visitor)
    visitor.cookies = signed_in
    assert not is_signed_in(visitor)
    project.close()

    # It is what the other kind bakes, with the owner's changes and migrations, and
    # nothing else: what the suites of both find holds here as well.
    project.commit()
    newest = tmp_path / "newest"
    shutil.copytree(baked(auth=new, parts="standard"), newest)
    owner.change(newest)
    files = tracked(project.folder, project.env)
    (written,) = files.keys() - own.keys() - tree(newest).keys()
    assert re.fullmatch(r"migrations/\d+_change_how_\w+\.py", written)
    assert files == {**tree(newest), **own, written: files[written]}
    project.style_is_right()
    project.tests_pass("tests/core/test_migrations.py")


def set_up_a_second_factor(project: Owned, visitor: Visitor) -> str:
    """Sign in and switch it on; return what the phone then knows."""
    assert visitor.login(EMAIL, PASSWORD).location == "/"
    (shown,) = re.findall("<code>([A-Z2-7 ]+)</code>", visitor.get(FACTOR).text)
    secret = str(shown).replace(" ", "")
    assert visitor.post(FACTOR, code=project.code(secret)).status == 200
    assert is_signed_in(visitor)
    return secret


def is_signed_in(visitor: Visitor) -> bool:
    return visitor.get("/account/").status == 200
