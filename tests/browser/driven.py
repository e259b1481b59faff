"""Drive Firefox and WebKitGTK, each by the protocol that it has built in.

Playwright drives only builds of its own of these two, which it downloads.
"""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

from ..support.programs import needed
from ..support.server import DEADLINE_SECONDS
from ..support.server import Server
from ..support.server import free_port
from ..support.server import wait_until

# No authority that browsers know signs a certificate for localhost.
WANTED = {"alwaysMatch": {"acceptInsecureCerts": True}}
MIDDLE = """
const found = document.querySelector("SELECTOR");
found.scrollIntoView({block: "center"});
const {x, y, width, height} = found.getBoundingClientRect();
return JSON.stringify([x + width / 2, y + height / 2].map(Math.round));
"""
# Between two pages Firefox shows an empty one without a host.
PATH = """
return location.host && document.readyState === "complete" ? location.pathname : "";
"""


class Refused(Exception):
    """The browser refused a command, perhaps because a page was loading."""


class Firefox:
    """WebDriver BiDi: commands and answers in a WebSocket."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket = socket
        self._ask("session.new", capabilities=WANTED)
        (window,) = self._ask("browsingContext.getTree")["contexts"]
        self._window = {"context": window["context"]}

    def go(self, url: str) -> None:
        self._ask("browsingContext.navigate", url=url, wait="complete", **self._window)

    def back(self) -> None:
        self._ask("browsingContext.traverseHistory", delta=-1, **self._window)

    def run(self, body: str) -> Any:
        function = {"functionDeclaration": f"() => {{ {body} }}", "awaitPromise": False}
        answer = self._ask("script.callFunction", target=self._window, **function)
        if answer["type"] != "success":
            raise Refused(answer)
        return answer["result"].get("value")

    def cookies(self) -> Any:
        return self._ask("storage.getCookies")["cookies"]

    def act(self, device: dict[str, Any]) -> None:
        self._ask("input.performActions", actions=[device], **self._window)

    def _ask(self, method: str, **params: Any) -> Any:
        self._socket.send(json.dumps({"id": 1, "method": method, "params": params}))
        answer = json.loads(self._socket.recv())
        if answer["type"] != "success":
            raise Refused(answer)
        return answer["result"]


class WebKit:
    """WebDriver: HTTP to a program that drives WebKitGTK's own small browser."""

    def __init__(self, driver: http.client.HTTPConnection) -> None:
        self._driver = driver
        self._session = "/session"
        self._session += "/" + self._ask("", capabilities=WANTED)["sessionId"]

    def go(self, url: str) -> None:
        self._ask("/url", url=url)

    def back(self) -> None:
        self._ask("/back")

    def run(self, body: str) -> Any:
        return self._ask("/execute/sync", script=body, args=[])

    def cookies(self) -> Any:
        return self._ask("/cookie", "GET")

    def act(self, device: dict[str, Any]) -> None:
        self._ask("/actions", actions=[device])

    def _ask(self, path: str, method: str = "POST", **params: Any) -> Any:
        self._driver.request(method, self._session + path, json.dumps(params))
        answer = self._driver.getresponse()
        value = json.load(answer)["value"]
        if answer.status != 200:
            raise Refused(value)
        return value


Driven = Firefox | WebKit


@contextmanager
def firefox(folder: Path, env: Mapping[str, str]) -> Iterator[Driven]:
    port = free_port()
    command = [needed("firefox", "firefox-esr"), "--headless", f"--profile={folder}"]
    command.append(f"--remote-debugging-port={port}")
    with closing(Server(folder, command, port, env)) as server:
        server.wait_until_it_listens()
        # Firefox refuses what sends an Origin, as pages do.
        url = f"ws://127.0.0.1:{port}/session"
        with closing(
            websocket.create_connection(url, DEADLINE_SECONDS, suppress_origin=True)
        ) as socket:
            yield Firefox(socket)


@contextmanager
def webkit(folder: Path, env: Mapping[str, str]) -> Iterator[Driven]:
    port = free_port()
    command = [needed("WebKitWebDriver", "webkit2gtk-driver"), "--host=127.0.0.1"]
    command.append(f"--port={port}")
    with display() as name:
        env = {**env, "DISPLAY": name}
        with closing(Server(folder, command, port, env)) as server:
            server.wait_until_it_listens()
            connection = http.client.HTTPConnection("127.0.0.1", port, DEADLINE_SECONDS)
            with closing(connection):
                yield WebKit(connection)


@contextmanager
def display() -> Iterator[str]:
    """Start an X server in memory: WebKitGTK has no mode without one."""
    command = [needed("Xvfb", "xvfb"), "-displayfd", "1", "-nolisten", "tcp"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet) as server:
        try:
            assert server.stdout
            yield f":{int(server.stdout.readline())}"
        finally:
            server.terminate()


def submit(driven: Driven, **fields: str) -> None:
    """Fill in a form and send it."""
    for name, value in fields.items():
        click(driven, f"main [name={name}]")
        strokes = [(kind, key) for key in value for kind in ("keyDown", "keyUp")]
        act(driven, "key", [{"type": kind, "value": key} for kind, key in strokes])
    click(driven, "main form button")


def click(driven: Driven, selector: str) -> None:
    x, y = json.loads(driven.run(MIDDLE.replace("SELECTOR", selector)))
    move = {"type": "pointerMove", "x": x, "y": y}
    pressed = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
    act(driven, "pointer", [move, *pressed])


def act(driven: Driven, kind: str, actions: list[dict[str, Any]]) -> None:
    driven.act({"type": kind, "id": kind, "actions": actions})


def leave(driven: Driven, path: str) -> str:
    """Return the path of the page that comes after another, once it is there."""
    seen: list[str] = []

    def another_is_there() -> bool:
        try:
            seen.append(driven.run(PATH))
        except Refused:
            return False
        return seen[-1] not in {path, ""}

    wait_until(another_is_there)
    return seen[-1]
