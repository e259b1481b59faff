"""`@recent_login_required` holds wherever it was put, and whatever kind of view it is on."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth.guards import (
    login_not_required,
    recent_login_required,
)

from .browser import Browser
from .conftest import MakeApp

ASKS = "/auth/confirm?next=/vault"
TEN_MINUTES = 600


@pytest.mark.parametrize("order", ["above", "below", "public"])
def test_a_mark_put_in_the_wrong_place_opens_nothing(
    make_app: MakeApp, user: str, clock: TimeMachineFixture, order: str
) -> None:
    app = make_app()

    def vault() -> ResponseReturnValue:
        return "gold"

    marks = [recent_login_required] + [login_not_required] * (order == "public")
    for mark in marks if order != "above" else []:
        vault = mark(vault)
    app.add_url_rule("/vault", view_func=vault)
    if order == "above":
        recent_login_required(vault)

    visitor, site = Browser(app), Browser(app)
    assert visitor.get("/vault").status_code == 303
    site.login()
    assert site.get("/vault").text == "gold"
    clock.shift(TEN_MINUTES)
    assert site.get("/vault").location == ASKS


@pytest.mark.parametrize("within", ["a class", "a decorator", "an asynchronous one"])
def test_a_view_that_the_guard_does_not_see_asks_as_well(
    make_app: MakeApp, user: str, clock: TimeMachineFixture, within: str
) -> None:
    app = make_app()

    @recent_login_required
    def vault() -> str:
        return "gold"

    @recent_login_required
    async def later() -> str:
        return "gold"

    class Vault(MethodView):
        @recent_login_required
        def get(self) -> str:
            return "gold"

    unseen: dict[str, Callable[..., Any]] = {
        "a class": Vault.as_view("vault"),
        "a decorator": lambda: vault(),
        "an asynchronous one": later,
    }
    app.add_url_rule("/vault", "vault", unseen[within])
    site = Browser(app)
    site.login()
    assert site.get("/vault").text == "gold"
    clock.shift(TEN_MINUTES)
    assert site.get("/vault").location == ASKS
