"""Read the JSON that the script sends."""

from typing import Any

from flask import abort, request


def read() -> dict[str, Any]:
    """Return the object that a request contains; raise 415 or 400 if it contains none."""
    if request.mimetype != "application/json":
        abort(415)
    try:
        found = request.get_json()
    except RecursionError:
        found = None
    if not isinstance(found, dict):
        abort(400)
    return found


def text(answer: dict[str, Any], key: str) -> str:
    """Return a text of an answer, or "" if it is none."""
    found = answer.get(key)
    return found if isinstance(found, str) else ""
