"""A colleague clones a committed project: two commands, no .env, nothing installed."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ..support.running import must
from ..support.running import run_in
from ..support.server import Server
from ..support.server import free_port
from ..support.site import FOLDER
from ..support.template import SLUG
from ..support.visitor import Visitor

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(
        not (shutil.which("make") and shutil.which("git")), reason="needs make and git"
    ),
]


@pytest.fixture
def clone(baked: Callable[..., Path], tmp_path: Path, env: dict[str, str]) -> Path:
    """Return a git clone of a project, as it reaches a colleague."""
    origin = tmp_path / "origin"
    # Without parts there is less to install.
    shutil.copytree(baked(auth="session", parts="none"), origin)
    must(run_in(origin, "git", "init", "--quiet", env=env))
    must(run_in(origin, "git", "add", "--all", env=env))
    must(run_in(origin, "git", "commit", "--quiet", "-m", "Begin", env=env))
    must(run_in(tmp_path, "git", "clone", "--quiet", str(origin), FOLDER, env=env))
    return tmp_path / FOLDER


@pytest.fixture
def installing(env: dict[str, str]) -> dict[str, str]:
    """Return the environment with the tester's ways to PyPI, and what lies cached."""
    ways = ("PIP_", "UV_", "SSL_", "http_", "https_", "HTTP_", "HTTPS_")
    named = {name: value for name, value in os.environ.items() if name.startswith(ways)}
    pip, uv = ([sys.executable, "-m", name, "cache", "dir"] for name in ("pip", "uv"))
    here = Path.cwd()
    cached = {
        "PIP_CACHE_DIR": must(run_in(here, *pip, env=os.environ)).strip(),
        "UV_CACHE_DIR": must(run_in(here, *uv, env=os.environ)).strip(),
    }
    # The Python of these tests, whatever else is called python3 here.
    path = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
    return {**env, **cached, **named, "PATH": path}


def test_make_installs_and_tests_and_runs(
    clone: Path, installing: dict[str, str]
) -> None:
    assert not (clone / ".env").exists()
    # Another project's, from the shell and from a folder above; settings for elsewhere.
    (clone.parent / ".flaskenv").write_text("FLASK_APP=legacy\n")
    others = {"FLASK_APP": "legacy", "FLASK_DEBUG": "1", "PIP_USER": "1"}
    installing = {**installing, **others}

    # All of them run in the environment that is shared; here a few are enough.
    few = {
        "PYTEST_ADDOPTS": "tests/auth/test_login.py tests/core/test_serving.py",
        "PYTEST_XDIST_AUTO_NUM_WORKERS": "1",
    }
    said = must(run_in(clone, "make", "test", env={**installing, **few}))
    assert " passed" in said
    assert not (clone / ".env").exists(), "no test needs a key"

    editable = (".venv/bin/python", "-m", "pip", "install", "--no-deps", "-e", ".")
    must(run_in(clone, *editable, env={**installing, "PIP_USER": "0"}))
    # It finds no package elsewhere than in its folder.
    look = (clone / ".venv/bin/python", "-c", f"import {SLUG}")
    assert run_in(clone.parent, *look, env=installing).returncode != 0

    # Programs of an environment name the folder that it was made in.
    clone = clone.rename(clone.with_name("moved"))
    must(run_in(clone, "make", "strings", env=installing))
    assert must(run_in(clone, "git", "status", "--short", env=installing)) == ""
    by_hand = {name: installing[name] for name in installing.keys() - others.keys()}
    flask = (clone / ".venv/bin/python", "-m", "flask", "secret", "--help")
    assert "rotate" in must(run_in(clone, *flask, env=by_hand))

    port = free_port()
    command = ["make", "run", f"PORT={port}"]
    with closing(Server(clone, command, port, installing)) as server:
        server.wait_until_it_listens()
        assert Visitor(port).get("/").status == 200
        assert f"http://127.0.0.1:{port}" in server.output
        server.interrupt()
        assert server.wait() != 0
        assert "Traceback" not in server.output
    assert stat.S_IMODE((clone / ".env").stat().st_mode) == 0o600
