"""Listen to the log during every test, and know what must never be heard in it."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.core import logs

PACKAGE = "{{ cookiecutter.project_slug }}"
# Shorter ones, such as codes of six digits, would be found by chance.
LEAST_LENGTH = 12
TOKEN = re.compile(r"[\w-]{40,}")
SECRET_FIELDS = re.compile("password|code")
_sent: set[str] = set()


def overhear(path: object, form: object, answer: TestResponse) -> None:
    """Remember what a browser sent and was given that opens something."""
    if isinstance(path, str):
        _sent.update(TOKEN.findall(path))
    if isinstance(form, dict):
        _sent.update(str(text) for name, text in form.items() if SECRET_FIELDS.search(str(name)))
    for line in answer.headers.getlist("Set-Cookie"):
        _sent.add(line.partition("=")[2].partition(";")[0])


@contextmanager
def listening() -> Iterator[None]:
    """Fail where the log, as it is written where the app is served, has a secret in it."""
    _sent.clear()
    heard = StringIO()
    handler = logs.handler(heard)
    root, ours = logging.getLogger(), logging.getLogger(PACKAGE)
    level = ours.level
    ours.setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        ours.setLevel(level)
    text = heard.getvalue()
    assert not [secret for secret in _sent if len(secret) >= LEAST_LENGTH and secret in text]
