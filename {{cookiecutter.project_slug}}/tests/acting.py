"""Act as the owner of an account, by the seam's own functions, or as a thief."""

from flask import Flask

from {{ cookiecutter.project_slug }}.auth import accounts, sessions
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.models import User

from .browser import EMAIL, PASSWORD, Browser

NEW_PASSWORD = "umbrella lantern gravel Tuesday"


def copy_of(client: Browser) -> Browser:
    """Return another browser with the same cookies, as a thief would have."""
    other = Browser(client.application)
    other.keep(client.jar())
    return other


def change_password(client: Browser) -> int:
    """Change PASSWORD to NEW_PASSWORD on the account's page; return the status."""
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    return client.post("/account/password", data=form).status_code


def handles(app: Flask, email: str = EMAIL) -> list[str]:
    """Return the handles of an account's live sessions, latest first."""
    with app.app_context():
        return [found.handle for found in sessions.active_sessions(_owner(email))]


def end_session(app: Flask, handle: str, email: str = EMAIL, *, commit: bool = True) -> bool:
    with app.app_context():
        ended = sessions.end_session(_owner(email), handle)
        if commit:
            db.session.commit()
        return ended


def end_everywhere(app: Flask, *, commit: bool = True) -> None:
    with app.app_context():
        sessions.end_sessions(_owner(EMAIL), keep_current=False)
        if commit:
            db.session.commit()


def _owner(email: str) -> User:
    user = accounts.find(email)
    assert user is not None
    return user
