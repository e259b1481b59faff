"""Behind a real Caddy with the project's own file, slow senders hold up nobody."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ..support.caddy import LEAST
from ..support.caddy import needed_caddy
from ..support.caddy import serve_behind
from ..support.running import must
from ..support.running import run_in
from ..support.server import Server
from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.slow import unfinished_forms
from ..support.template import ALIKE
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

FORMS = 70


@pytest.fixture
def caddy() -> str:
    return needed_caddy()


@pytest.fixture
def behind(
    caddy: str, open_site: OpenSite, tmp_path: Path, env: dict[str, str]
) -> Iterator[Callable[[], int]]:
    """Return a function that serves a site behind Caddy, and returns its port."""
    started: list[Server] = []

    def serve() -> int:
        site = open_site("session")
        started.append(serve_behind(caddy, site, tmp_path, env, "http"))
        return started[-1].port

    yield serve
    for server in started:
        server.close()


def test_forms_that_are_never_finished_do_not_reach_the_app(
    behind: Callable[[], int],
) -> None:
    port = behind()
    with unfinished_forms(port, FORMS):
        # Even from the same address: the app waits for none of them.
        for _ in range(3):
            visitor = Visitor(port, {"Host": f"localhost:{port}"})
            assert visitor.login(EMAIL, PASSWORD).status == 303
            assert "Hello, Ana" in visitor.get("/").text


def test_more_than_the_app_takes_is_refused_by_the_app(
    behind: Callable[[], int],
) -> None:
    port = behind()
    visitor = Visitor(port, {"Host": f"localhost:{port}"})
    answer = visitor.post("/auth/login", email="a" * 100_000)
    assert answer.status == 413


def test_files_are_compressed_and_pages_are_not(behind: Callable[[], int]) -> None:
    port = behind()
    sent = {"Host": f"localhost:{port}", "Accept-Encoding": "gzip"}
    found = {}
    for path in ("/auth/login", "/static/style.css"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers=sent)
        answer = connection.getresponse()
        found[path] = (answer.status, answer.headers["Content-Encoding"])
        connection.close()
    assert found == {"/auth/login": (200, None), "/static/style.css": (200, "gzip")}


@pytest.mark.parametrize("auth", ALIKE)
def test_caddy_understands_its_file(
    caddy: str, auth: str, baked: Callable[..., Path], env: dict[str, str]
) -> None:
    project = baked(auth=auth)
    command = [caddy, "validate", "--adapter", "caddyfile", "--config", "Caddyfile"]
    must(run_in(project, *command, env={**env, "DOMAIN": "localhost"}))


def test_the_image_in_the_compose_file_knows_what_the_file_says(
    baked: Callable[..., Path],
) -> None:
    text = (baked(auth="session") / "compose.yaml").read_text(encoding="utf-8")
    image = yaml.safe_load(text)["services"]["proxy"]["image"]
    found = re.fullmatch(r"caddy:([0-9]+)\.([0-9]+)(?:@sha256:[0-9a-f]+)?", image)
    assert found, image
    assert (int(found[1]), int(found[2])) >= LEAST
