"""Let signed-in users manage their account: profile, password, and a folder for each part.

A part is a package in this folder that defines `part`. The app finds it; nothing else names it.
"""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from flask import Flask

from ..auth import required
from ..auth.parts import Part
from ..core import mail
from ..core.db import Base
from ..core.db.migrations import FOLDER
from ..core.environ import ConfigError
from . import views

PARTS = sorted(found.name for found in iter_modules(__path__) if found.ispkg)


def init_app(app: Flask) -> None:
    """Register the account's pages, and plug in its parts."""
    app.register_blueprint(views.bp)
    app.extensions["parts"] = app.jinja_env.globals["parts"] = list[Part]()
    for pages in ("account_pages", "development_pages"):
        app.extensions[pages] = app.jinja_env.globals[pages] = list[tuple[str, str]]()
    for part in sorted(find_parts(), key=lambda part: part.order):
        add_part(app, part)
    required.init_app(app)


def find_parts() -> Iterator[Part]:
    """Yield every part that has a folder; raise ConfigError for an incomplete part."""
    for folder in Path(__file__).parent.iterdir():
        if folder.name not in PARTS and any(folder.glob("*.py")):
            raise _incomplete(folder.name, "it has no __init__.py")
    yield from (replace(_load(name), name=name) for name in PARTS)


def add_part(app: Flask, part: Part) -> None:
    """Plug a part into an app that has not served a request yet, after its other parts."""
    app.extensions["parts"].append(part)
    for purpose, compose in part.composers.items():
        mail.add_composer(app, purpose, compose)
    if part.loader:
        app.extensions["loaders"].append(part.loader)
    known = app.extensions["settings"]
    if part.init_app:
        part.init_app(app)
    if part.development_only and not known.development:
        return
    for blueprint in part.blueprints:
        app.register_blueprint(blueprint)
    if part.menu and (known.can_mail or not part.menu_needs_mail):
        pages = "development_pages" if part.development_only else "account_pages"
        app.extensions[pages].append(part.menu)


def check_leftovers() -> None:
    """Raise ConfigError for a migration whose part is gone."""
    for file in FOLDER.glob("*_0001.py"):
        name = file.stem.removesuffix("_0001")
        label = f'branch_labels = ("{name}",)'
        if name not in PARTS and label in file.read_text(encoding="utf-8"):
            problem = (
                f"belongs to account/{name}/, which is gone: put that folder back, or run "
                f"`flask db downgrade {name}@base` and delete the file."
            )
            raise ConfigError(f"The file migrations/{file.name}", problem)


def _load(name: str) -> Part:
    try:
        module = import_module(f".{name}", __name__)
    except ImportError as error:
        # In brackets, Python guesses at a circular import: leave that out.
        raise _incomplete(name, str(error).partition(" (")[0]) from error
    part = getattr(module, "part", None)
    if not isinstance(part, Part):
        raise _incomplete(name, "its __init__.py defines no `part`")
    has_tables = any(
        mapper.class_.__module__.startswith(f"{module.__name__}.")
        for mapper in Base.registry.mappers
    )
    if has_tables and not (FOLDER / f"{name}_0001.py").exists():
        raise _incomplete(name, f"migrations/{name}_0001.py is missing")
    return part


def _incomplete(name: str, what: str) -> ConfigError:
    problem = f"is incomplete ({what}): put back what is missing, or delete the folder."
    return ConfigError(f"The folder account/{name}/", problem)
