"""Parse the guide and its further pages: code blocks, and the names in code spans."""

import re
from functools import cache
from typing import NamedTuple

from click import Context, Group
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from my_flask_app.account.guide import explain
from my_flask_app.account.guide.text import DOCS
from my_flask_app.core import i18n

from ....support.http import Browser

GUIDE = (DOCS / "guide.md").read_text(encoding="utf-8")
PAGES = {file.name: file.read_text(encoding="utf-8") for file in sorted(DOCS.glob("guide-*.md"))}
FENCE = re.compile(r"^```(\w+) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
ROOTS = (i18n.PACKAGE.parent, i18n.PACKAGE)


class Block(NamedTuple):
    """The text between two fences, with the two words after the first one."""

    language: str
    about: str
    text: str


class Message(NamedTuple):
    """A request or a response in its raw form."""

    first: str
    headers: Headers
    body: str


def blocks(text: str) -> list[Block]:
    return [Block(*match) for match in FENCE.findall(text)]


def mentioned(text: str) -> set[str]:
    """Return the text in `code` spans outside the blocks."""
    return {" ".join(code.split()) for code in re.findall("`([^`]+)`", prose(text))}


def prose(text: str) -> str:
    """Return the text without its blocks."""
    return FENCE.sub("", text)


def message(block: Block) -> Message:
    head, _, body = block.text.partition("\n\n")
    first, *lines = head.splitlines()
    headers = Headers()
    for line in lines:
        headers.add(*line.split(": ", 1))
    return Message(first, headers, body.strip())


def send(browser: Browser, request: Message) -> TestResponse:
    """Send a request with the browser's cookies, which must look like those in the guide."""
    if "Cookie" in request.headers:
        held = "; ".join("=".join(cookie) for cookie in browser.cookies().items())
        assert is_alike(request.headers["Cookie"], held)
    method, path, _ = request.first.split()
    headers = [(name, text) for name, text in request.headers if name not in {"Cookie", "Host"}]
    return browser.open(path, method=method, headers=headers, data=request.body)


def answers_shown(browser: Browser, text: str) -> int:
    """Send the requests of a page, compare each answer with the one below it, and count."""
    answers = 0
    for block in blocks(text):
        if block.language != "http" or block.about not in {"", explain.KIND}:
            continue
        shown = message(block)
        if not shown.first.startswith("HTTP/"):
            response = send(browser, shown)
            continue
        answers += 1
        assert shown.first == f"HTTP/1.1 {response.status}"
        for name, value in shown.headers:
            sent = response.headers.getlist(name)
            assert any(is_alike(value, one) for one in sent), (value, sent)
        # It shows all cookies of the app.
        found = [headers.getlist("Set-Cookie") for headers in (shown.headers, response.headers)]
        assert len(found[0]) == len(found[1])
    return answers


def is_alike(shown: str, sent: str) -> bool:
    """Compare a shown text with the sent one; a word that ends in … may continue in any way."""
    pattern = re.sub(r"\w*…", r"[\\w ,:-]+", re.escape(shown))
    return re.fullmatch(pattern, sent) is not None


def exists(app: Flask, name: str) -> bool:
    """Tell whether a file, page, command, setting, test or piece of code exists."""
    first, *words = name.removeprefix("POST ").split()
    if first == "flask":
        return _is_command(app.cli, [word for word in words if not word.isupper()])
    if first == "make":
        return f"\n{words[0]}:" in source("Makefile")
    if first.startswith("/"):
        return first in {rule.rule for rule in app.url_map.iter_rules()}
    if first.startswith("test_"):
        return f"def {name}(" in source("tests/account/guide/test_naive.py")
    if first.endswith("/"):
        return any((root / first).is_dir() for root in ROOTS)
    if re.fullmatch(r"[\w/.-]+\.(py|md)", name.split()[-1]):
        return any((root / name.split()[-1]).is_file() for root in ROOTS)
    if name.startswith("__Host-"):
        return f'"{name.rpartition("-")[2]}"' in _code()
    if re.fullmatch("[A-Z]+_[A-Z_]+", name):
        return f"{name}=" in source(".env.example")
    call = re.fullmatch(r"(\w+)\(.*\)", name)
    if call and f"def {call[1]}(" in _code():
        return True
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", _code()) is not None


def source(path: str) -> str:
    """Return a file that the guide quotes, by its path in the package or in the project."""
    return next((root / path).read_text("utf-8") for root in ROOTS if (root / path).is_file())


def _is_command(command: object, words: list[str]) -> bool:
    if not words:
        return True
    if not isinstance(command, Group):
        return False
    return _is_command(command.get_command(Context(command), words[0]), words[1:])


@cache
def _code() -> str:
    files = [*i18n.PACKAGE.glob("**/*.py"), i18n.PACKAGE.parent / "tests/account/guide/naive.py"]
    return "\n".join(file.read_text("utf-8") for file in files)
