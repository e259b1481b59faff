"""With bad settings the app does not start: one line names the variable and the cure."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.config import LANGUAGE, LINK_MINUTES, Settings
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.core.db.migrations import alembic
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ..support.http import SESSION
from ..support.settings import KEY, fit_to_serve, gunicorn_settings, read, run_flask, serve

PENDING = "sqlite:///{folder}/empty.sqlite"
refused = pytest.mark.parametrize(
    ("variable", "text", "line"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is missing. Run `flask secret new`"),
        ("SECRET_KEY", "short", "SECRET_KEY is too short or too plain. Run `flask"),
        ("SECRET_KEY", f"change-me {KEY}", "SECRET_KEY is a placeholder. Run `flask"),
        ("PUBLIC_URL", "", "PUBLIC_URL is missing: set it to https:// and your host."),
        ("PUBLIC_URL", "http://app.example", "PUBLIC_URL must be https://HOST alone"),
        ("MAIL_URL", "", "MAIL_URL is console: set it to a mail server or none:."),
        ("DATABASE_URL", PENDING, "DATABASE_URL names a database that lacks migr"),
    ],
)

CHANGED = "a default in config.py has changed: if you mean it, write the new value here too."


@pytest.fixture
def folder(served: Flask, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    with fit_to_serve(settings, tmp_path):
        yield tmp_path


@refused
def test_a_server_does_not_start(folder: Path, variable: str, text: str, line: str) -> None:
    """`sys.exit` with a text prints it, without a traceback, and the status is 1."""
    with pytest.raises(SystemExit) as ended:
        serve(folder, **{variable: text.format(folder=folder)})
    assert isinstance(ended.value.code, str)
    assert ended.value.code.startswith(line)
    assert "\n" not in ended.value.code
    assert "make run" not in ended.value.code


def test_a_server_does_not_start_with_debug_on(folder: Path) -> None:
    with pytest.raises(SystemExit, match=r"^FLASK_DEBUG is on, .*: unset it\.$"):
        serve(folder, FLASK_DEBUG="1")


def test_a_served_app_is_secure_by_default(folder: Path) -> None:
    app = serve(folder)
    assert app.config["SESSION_COOKIE_SECURE"]
    assert not app.debug
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("dev.")]
    with app.app_context():
        # Workers would share an inherited connection with the master process.
        assert "Connections in pool: 0 " in db.engine.pool.status()


def test_the_env_file_is_read_and_the_environment_wins(folder: Path) -> None:
    lines = ["PUBLIC_URL=https://file.example", "MAIL_FROM=file@app.example"]
    (folder / ".env").write_text("\n".join(lines))
    del os.environ["PUBLIC_URL"]
    found = serve(folder, MAIL_FROM="real@app.example").extensions["settings"]
    assert found.public_url == "https://file.example"
    assert found.mail_from == "real@app.example"


def test_gunicorn_listens_on_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LISTEN", raising=False)
    monkeypatch.setenv("PORT", "10000")
    # It would by itself listen on all interfaces wherever PORT is set.
    assert gunicorn_settings()["bind"] == "127.0.0.1:10000", (
        "bind to 127.0.0.1 in gunicorn.conf.py, and set LISTEN=0.0.0.0 only inside a container: "
        "otherwise browsers reach the app around the proxy."
    )


def test_an_idle_connection_is_closed_by_the_proxy_and_not_by_gunicorn() -> None:
    assert gunicorn_settings()["keepalive"] > 600, (
        "raise keepalive in gunicorn.conf.py above the 600 seconds of Google's load balancer: "
        "a form sent while gunicorn closes its connection ends in a 502."
    )


def test_the_default_settings_are_safe() -> None:
    settings = read()
    assert settings.cookie_name("session") == SESSION
    assert settings.cookie_attributes["secure"]
    assert not settings.development
    assert settings.trusted_proxies == 0
    assert LINK_MINUTES == 30, CHANGED
    assert settings.password_min_length == 15, CHANGED
    assert not settings.refuse_breached_passwords, CHANGED
    assert settings.session_idle_seconds == 30 * 60, CHANGED
    assert settings.session_absolute_seconds == 12 * 60 * 60, CHANGED
    assert settings.remember_idle_seconds == 7 * 24 * 60 * 60, CHANGED
    assert settings.remember_absolute_seconds == 30 * 24 * 60 * 60, CHANGED
    assert settings.reauthentication_seconds == 600, CHANGED
    assert settings.sessions_per_user == 20, CHANGED
    assert not settings.require_second_factor, CHANGED
    assert settings.login_attempts_per_account == Rate(10, 900), CHANGED
    assert settings.login_attempts_per_address == Rate(100, 900), CHANGED
    assert settings.mails_per_address == Rate(30, 3600), CHANGED
    assert settings.public_url is None
    assert settings.language == LANGUAGE


def test_only_a_development_server_turns_development_on() -> None:
    settings = Settings.from_environ({"SECRET_KEY": KEY}, development_url="http://localhost:5001")
    assert settings.development
    assert settings.public_url == "http://localhost:5001"
    assert settings.cookie_name("session") == SESSION.removeprefix("__Host-")
    assert not settings.cookie_attributes["secure"]


def in_development(folder: Path, *options: str, **variables: str) -> Flask:
    """Return the app that `flask run --debug` serves."""
    done, served = run_flask(folder, "run", "--debug", *options, **variables)
    assert done.exit_code == 0, done.output
    # Unwrap it from the debugger.
    app = getattr(served[0], "_app", served[0])
    assert isinstance(app, Flask)
    return app


def test_development_starts_on_an_empty_database(folder: Path) -> None:
    empty = f"sqlite:///{folder}/empty.sqlite"
    app = in_development(folder, DATABASE_URL=empty, PUBLIC_URL="", MAIL_URL="")
    assert app.extensions["settings"].development
    with app.app_context():
        assert not alembic.needs_upgrade()
