"""Load balancers ask whether the app can work."""

from flask import Flask

from .browser import Browser
from .set_cookies import set_cookies
from .statements import broken_database, statements


def test_it_is_well_while_the_database_answers(app: Flask, client: Browser) -> None:
    with statements(app) as run:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert any(statement.startswith("SELECT") for statement in run)
    assert not set_cookies(answer)


def test_it_is_not_well_without_the_database(app: Flask, client: Browser) -> None:
    with broken_database(app):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "no database"})
    assert client.get("/healthz").status_code == 200


def test_it_answers_whatever_name_it_is_asked_by(client: Browser) -> None:
    assert client.get("/healthz", base_url="http://10.0.0.5:8000").status_code == 200
    assert client.head("/healthz").status_code == 200
