"""The app receives a body before it does anything else, so a slow sender blocks no other user."""

import pytest
from flask import request
from flask.typing import ResponseReturnValue

from my_flask_app.config import MAX_BODY_BYTES

from ...conftest import MakeApp
from ...support.http import Browser, page


@pytest.mark.parametrize("size", [100, 2 * MAX_BODY_BYTES])
def test_a_view_may_take_less_or_more_than_others(make_app: MakeApp, size: int) -> None:
    app = make_app()

    @page(app, public=True)
    def upload() -> ResponseReturnValue:
        request.max_content_length = size
        return str(len(request.get_data()))

    assert Browser(app).post("/test-upload", data=b"a" * size).text == str(size)
    assert Browser(app).post("/test-upload", data=b"a" * (size + 1)).status_code == 413
