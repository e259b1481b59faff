"""Turn what /dev/session shows of cookies into lines of text, for any app."""

from collections.abc import Iterator

from flask import Flask

from {{ cookiecutter.project_slug }}.account.guide import explain
from {{ cookiecutter.project_slug }}.config import COOKIE_PREFIX


def explained(app: Flask, held: str) -> str:
    """Explain the cookies of a `Cookie` header, or the one cookie with this value."""
    if "=" not in held:
        held = f"{COOKIE_PREFIX}{explain.COOKIES[0]}={held}"
    with app.test_request_context():
        return "\n".join(_lines(held))


def _lines(held: str) -> Iterator[str]:
    ours = {f"{COOKIE_PREFIX}{name}": name for name in explain.COOKIES}
    for pair in held.split("; "):
        name, _, text = pair.removeprefix("__Host-").partition("=")
        if name not in ours:
            continue
        found = explain.explain(ours[name], text)
        yield f"{name}={found.shown}"
        yield "The server accepts it." if found.is_live else "The server refuses it."
        for title, facts in found.sections():
            yield title
            yield from (f"  {fact.name:<14}{fact.value}" for fact in facts)
