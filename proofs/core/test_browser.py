"""The `client` of the tests works like Flask's own, so your tests can use it."""

import gc
import io
import warnings

import pytest
from flask import Flask, request, session
from flask.typing import ResponseReturnValue

from ...conftest import MakeApp
from ...support.http import Browser, page

UPLOAD = 2 * 1024 * 1024


@pytest.fixture
def notebook(make_app: MakeApp) -> Flask:
    """Return an app that shows the session, adds to it, and takes uploads."""
    app = make_app()

    @page(app, public=True)
    def shown() -> ResponseReturnValue:
        return dict(session)

    @page(app, public=True)
    def added() -> ResponseReturnValue:
        session["notes"] = [*session.get("notes", []), request.args["note"]]
        return "added"

    @page(app, public=True)
    def upload() -> ResponseReturnValue:
        request.max_content_length = 2 * UPLOAD
        return {"size": len(request.files["picture"].read())}

    return app


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_session_can_be_read_and_written_between_requests(
    notebook: Flask, user: str, signed_in: bool
) -> None:
    client = Browser(notebook)
    if signed_in:
        client.login()
    client.post("/test-added?note=milk")
    with client.session_transaction() as kept:
        assert kept["notes"] == ["milk"]
        kept["colour"] = "green"
        kept["notes"] = [*kept["notes"], "bread"]
    assert client.get("/test-shown").json == {"notes": ["milk", "bread"], "colour": "green"}
    client.post("/test-added?note=tea")
    with client.session_transaction(base_url=client.origin) as kept:
        assert kept.pop("notes") == ["milk", "bread", "tea"]
    assert client.get("/test-shown").json == {"colour": "green"}
    assert client.is_signed_in() == signed_in


def test_a_session_can_begin_between_requests(notebook: Flask) -> None:
    client = Browser(notebook)
    with client.session_transaction() as kept:
        assert not kept
    assert not client.cookies()
    with client.session_transaction() as kept:
        kept["colour"] = "green"
        # It does not prevent a later request.
        assert client.get("/test-shown").json == {}
    assert client.get("/test-shown").json == {"colour": "green"}


def test_a_large_upload_leaves_no_file_open(notebook: Flask) -> None:
    client = Browser(notebook)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for path in ("/test-upload", "/nowhere"):
            client.post(path, data={"picture": (io.BytesIO(b"x" * UPLOAD), "picture.png")})
        gc.collect()
    assert not [warning for warning in warned if warning.category is ResourceWarning]
    sent = {"picture": (io.BytesIO(b"x" * UPLOAD), "picture.png")}
    assert client.post("/test-upload", data=sent).json == {"size": UPLOAD}
