"""What the project's workflow on GitHub runs is run here, so that it cannot rot."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..support.running import clean_environment
from ..support.running import must
from ..support.running import run_in
from ..support.running import tail
from ..support.template import PROJECT

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash, as on GitHub"),
]
WORKFLOW = PROJECT / ".github" / "workflows" / "test.yml"
JOB: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]["doctor"]
STEPS: list[str] = [step["run"] for step in JOB["steps"] if "run" in step]


class Runner:
    """Run steps as GitHub does: what one puts into $GITHUB_ENV, the next ones have."""

    def __init__(self, project: Path, env: dict[str, str], programs: Path) -> None:
        self._project = project
        self._file = project.parent / "github.env"
        self._file.touch()
        path = os.pathsep.join([str(programs), env["PATH"]])
        self.env = {**env, "PATH": path, "GITHUB_ENV": str(self._file)}

    def run(self, step: str, without: str = "") -> subprocess.CompletedProcess[str]:
        env = {name: self.env[name] for name in self.env.keys() - {without}}
        done = run_in(self._project, "bash", "-e", "-c", step, env=env)
        lines = self._file.read_text("utf-8").splitlines()
        self.env |= dict(line.split("=", 1) for line in lines)
        return done


@pytest.fixture(scope="module")
def runner(
    baked: Callable[..., Path],
    app_python: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Runner:
    """Return a runner in a fresh checkout, which has no .env, before the last step."""
    project = tmp_path_factory.mktemp("checkout") / "project"
    shutil.copytree(baked(auth="session"), project)
    (project / ".env").unlink()
    env = clean_environment(tmp_path_factory.mktemp("home"))
    runner = Runner(project, {**env, **JOB["env"]}, app_python.parent)
    first, *steps = STEPS[:-1]
    # All of it is in the environment that baked projects share.
    assert first == "pip install --no-deps --require-hashes -r requirements.txt"
    for step in steps:
        must(runner.run(step))
    return runner


def test_the_example_settings_are_safe_to_serve(runner: Runner) -> None:
    said = must(runner.run(STEPS[-1]))
    assert "ok: SECRET_KEY\n" in said
    assert "unsafe" not in said


@pytest.mark.parametrize("name", JOB["env"])
def test_without_any_one_of_them_the_job_fails(runner: Runner, name: str) -> None:
    done = runner.run(STEPS[-1], without=name)
    assert done.returncode == 1, tail(done)
    assert f"unsafe: {name} " in done.stdout


def test_no_secret_stands_in_the_workflow(runner: Runner) -> None:
    assert not [name for name in JOB["env"] if "SECRET" in name or "PASSWORD" in name]
    assert "@" not in JOB["env"]["MAIL_URL"]
    assert len(runner.env["SECRET_KEY"]) == 64
    assert runner.env["SECRET_KEY"] not in WORKFLOW.read_text("utf-8")
