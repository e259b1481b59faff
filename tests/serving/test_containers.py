"""The image would hold what it needs and no secret, and its very commands serve.

No engine is needed: what the Dockerfile copies is copied to a folder, and what it runs
is run there. GitHub's workflow builds the image and starts it all.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..support.own_tests import Forks
from ..support.running import must
from ..support.running import run_in
from ..support.server import free_port
from ..support.site import KEY
from ..support.site import Site
from ..support.template import ALIKE
from ..support.template import SLUG
from ..support.visitor import Visitor

pytestmark = pytest.mark.app

PROGRAMS = Path(sys.executable).parent
# As the project's document has them made.
SECRETS = {
    "SECRET_KEY_FILE": KEY,
    "MAIL_URL_FILE": "smtp://127.0.0.1:1025",
    "DATABASE_URL_FILE": "sqlite:///app.sqlite",
}


@pytest.fixture(params=ALIKE)
def project(request: pytest.FixtureRequest, baked: Callable[..., Path]) -> Path:
    return baked(auth=request.param)


def instructions(project: Path, name: str) -> list[str]:
    """Return what stands behind each instruction of one kind in the last stage."""
    text = (project / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    last = re.split(r"(?m)^FROM ", text)[-1]
    return re.findall(rf"(?m)^{name} +(.*)$", last)


def compose(project: Path) -> dict[str, Any]:
    text = (project / "compose.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@pytest.fixture
def image(
    project: Path, tmp_path: Path, env: dict[str, str], app_python: Path, forks: Forks
) -> Site:
    """Return a folder with what the image would hold, and secrets as it gets them."""
    folder = tmp_path / "app"
    folder.mkdir()
    for copied in instructions(project, "COPY"):
        if copied.startswith("--from"):
            continue
        *sources, target = copied.split()
        for source in sources:
            if (project / source).is_dir():
                shutil.copytree(project / source, folder / target)
            else:
                shutil.copy(project / source, folder / target)
    (folder / "instance").mkdir()
    variables = dict(compose(project)["services"]["app"]["environment"])
    for name, text in SECRETS.items():
        assert name in variables
        secret = tmp_path / name
        secret.write_text(f"{text}\n")
        variables[name] = str(secret)
    told = {
        k: v.replace("${DOMAIN:-localhost}", "localhost") for k, v in variables.items()
    }
    return Site(folder, {**env, **told}, app_python.parent, forks)


def test_its_commands_serve(image: Site, project: Path) -> None:
    tables = compose(project)["services"]["tables"]["command"]
    must(image.run(*tables))
    port = free_port()
    (written,) = instructions(project, "CMD")
    command = json.loads(written)
    # Some hosts choose the port, and say so in PORT.
    chosen = {"PORT": str(port)}
    # The test itself is for this machine alone.
    chosen["GUNICORN_CMD_ARGS"] = f"--bind=127.0.0.1:{port}"
    (health,) = instructions(project, "HEALTHCHECK")
    check = json.loads(health.partition("CMD ")[2])

    with closing(image):
        server = image.start(command, port, chosen)
        assert Visitor(port).get("/auth/login").status == 200
        must(image.run(*check, **chosen))
        server.signal()
        assert server.wait() == 0
    assert image.run(*check, **chosen).returncode != 0


def test_only_the_image_listens_on_all_interfaces(image: Site, project: Path) -> None:
    must(image.run("flask", "db", "upgrade"))
    (written,) = instructions(project, "ENV")[-1:]
    inside = dict(pair.split("=") for pair in written.split())
    assert inside["PORT"] == "8000"

    def bound(**variables: str) -> list[str]:
        shown = must(image.run("gunicorn", "wsgi:app", "--print-config", **variables))
        return re.findall(r"(?m)^bind += \['(.*)'\]$", shown)

    assert bound(**inside) == ["0.0.0.0:8000"]
    # Some hosts choose the port, and say so in PORT.
    assert bound(**inside | {"PORT": "10000"}) == ["0.0.0.0:10000"]
    assert bound() == ["127.0.0.1:8000"]


def test_a_wrong_port_is_told_in_one_sentence(image: Site) -> None:
    for port in ("", "http", "0", "65536", "²"):
        refused = image.run("gunicorn", "wsgi:app", "--check-config", PORT=port)
        said = f"PORT must be a number from 1 to 65535, not {port!r}.\n"
        assert (refused.returncode, refused.stdout + refused.stderr) == (1, said)


def test_it_holds_what_git_keeps_and_nothing_else(image: Site, project: Path) -> None:
    held = {path.name for path in image.folder.iterdir()}
    assert held == {"gunicorn.conf.py", "wsgi.py", "migrations", SLUG, "instance"}
    ignored = (project / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert let_in == held - {"instance"} | {"requirements.txt"}


def test_it_runs_as_nobody_with_nothing_to_write_to(project: Path) -> None:
    assert instructions(project, "USER") == ["10001"]
    services = compose(project)["services"]
    for name in ("app", "tables"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in services[name]["security_opt"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    # What is not meant for the world listens on the machine itself alone.
    assert set(ports) == {"80:80", "443:443", "127.0.0.1:8025:8025"}


def test_secrets_are_files_that_git_and_the_image_leave_out(
    project: Path, env: dict[str, str]
) -> None:
    files = [secret["file"] for secret in compose(project)["secrets"].values()]
    assert len(files) == 4
    for file in files:
        assert file.startswith("secrets/")
    assert "/secrets/" in (project / ".gitignore").read_text(encoding="utf-8").split()


@pytest.mark.skipif(sys.platform != "linux", reason="hadolint is installed on Linux")
def test_linters_find_nothing(project: Path, env: dict[str, str]) -> None:
    must(run_in(project, PROGRAMS / "hadolint", "Dockerfile", env=env))
    schema = ["--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    must(run_in(project, PROGRAMS / "check-jsonschema", *schema, env=env))
