"""Print what the competitors are made of."""

from __future__ import annotations

import platform
from importlib.metadata import version

PACKAGES = (
    *("Flask", "Werkzeug", "SQLAlchemy", "Flask-SQLAlchemy-Lite", "gunicorn"),
    *("Flask-Login", "Flask-Session", "Flask-SQLAlchemy", "redis"),
    *("Flask-Security", "Django"),
)

if __name__ == "__main__":
    named = [f"{package} {version(package)}" for package in PACKAGES]
    print(", ".join([f"Python {platform.python_version()}", *named]))
