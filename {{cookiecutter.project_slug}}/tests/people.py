"""Make accounts for tests, past the pages that people use."""

from sqlalchemy import update

from {{ cookiecutter.project_slug }}.auth import passwords
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.models import User

from .browser import PASSWORD


def add_user(email: str, *, name: str = "Ana", password: str = PASSWORD) -> None:
    """Store an account; call it within an app context."""
    hashed = passwords.hash_password(password)
    db.session.add(User(email=email, name=name, language="en", password_hash=hashed))
    db.session.commit()


def change_user(email: str, /, **changes: object) -> None:
    """Change columns of an account; call it within an app context."""
    db.session.execute(update(User).where(User.email == email).values(**changes))
    db.session.commit()
