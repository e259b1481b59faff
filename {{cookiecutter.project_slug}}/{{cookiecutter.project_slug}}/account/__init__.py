"""What signed-in people manage for themselves, in parts that can be taken out one by one."""

from importlib import import_module

from flask import Flask

from . import views

# To take a part out, delete its line here, its folder beside this file, and its
# folder in tests/. Its columns and tables may stay.
PARTS: tuple[str, ...] = (
    "email",
    "second_factor",
    "sessions",
    "activity",
    "deletion",
)


def init_app(app: Flask) -> None:
    pages: list[tuple[str, str]] = []
    app.extensions["account_pages"] = app.jinja_env.globals["account_pages"] = pages
    app.register_blueprint(views.bp)
    app.register_blueprint(views.well_known)
    for part in PARTS:
        import_module(f".{part}", __name__).init_app(app)
