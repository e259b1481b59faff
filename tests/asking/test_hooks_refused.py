"""With the hooks refused, the project says in a sentence what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..support.baking import CommandLine
from ..support.own_tests import Bakes
from ..support.running import clean_environment
from ..support.running import run_in
from ..support.running import tail

STARTS = {
    "import": ["-c", "import wsgi"],
    "flask run": ["-m", "flask", "run", "--port", "0"],
    "flask secret new": ["-m", "flask", "secret", "new"],
    "pytest": ["-m", "pytest", "-x", "-q"],
}


@pytest.fixture(scope="module")
def half_baked(tmp_path_factory: pytest.TempPathFactory, bakes: Bakes) -> Path:
    env = clean_environment(tmp_path_factory.mktemp("home"))
    bake = CommandLine(env, run_in=bakes.run_in)
    return bake(tmp_path_factory.mktemp("half"), "--accept-hooks", "no")


def test_neither_a_key_nor_a_variant_is_there(half_baked: Path) -> None:
    assert not (half_baked / ".env").exists()
    assert (half_baked / "variants" / "auth" / "cookie").is_dir()


@pytest.mark.app
@pytest.mark.parametrize("command", STARTS.values(), ids=STARTS)
def test_every_start_says_what_is_missing(
    command: list[str], half_baked: Path, env: dict[str, str], app_python: Path
) -> None:
    done = run_in(half_baked, app_python, *command, env=env)

    assert done.returncode != 0, tail(done)
    assert "hooks" in done.stdout + done.stderr, tail(done)
    assert "Traceback" not in done.stderr, tail(done)
