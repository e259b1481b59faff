"""Watch the log during every test for secrets, which it must never contain."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.core import logs

PACKAGE = "{{ cookiecutter.project_slug }}"
# Shorter secrets, such as six-digit codes, would match by chance.
LEAST_LENGTH = 12
TOKEN = re.compile(r"[\w-]{40,}")
SECRET_FIELDS = re.compile("password|code")
_sent: set[str] = set()


def overhear(path: object, form: object, answer: TestResponse) -> None:
    """Remember the secrets that a browser sent and received."""
    if isinstance(path, str):
        _sent.update(TOKEN.findall(path))
    if isinstance(form, dict):
        _sent.update(str(text) for name, text in form.items() if SECRET_FIELDS.search(str(name)))
    for line in answer.headers.getlist("Set-Cookie"):
        _sent.add(line.partition("=")[2].partition(";")[0])


@contextmanager
def listening() -> Iterator[None]:
    """Fail if the log, in the format of a served app, contains a secret."""
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
    found = [secret for secret in _sent if len(secret) >= LEAST_LENGTH and secret in text]
    assert not found, (
        f"the log contains {found}: do not log passwords, codes, tokens, cookies or whole forms."
    )
