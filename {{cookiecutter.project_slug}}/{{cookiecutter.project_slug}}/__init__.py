"""Make the app: the order of wiring and nothing else."""

from flask import Flask

from . import (
    account,
    bad_input,
    cli,
    config,
    db,
    dev,
    errors,
    i18n,
    language,
    letters,
    logs,
    mail,
    migrations,
    pages,
    postman,
    security,
    widgets,
)
from .auth import arrival, confirm, guards, register, reset, sessions, views as auth
from .config import Settings


def create_app(settings: Settings) -> Flask:
    """Return the app that the settings describe."""
    app = Flask(__name__)
    config.init_app(app, settings)
    logs.init_app(app)
    db.init_app(app)
    bad_input.init_app(app)
    migrations.init_app(app)
    i18n.init_app(app)
    widgets.init_app(app)
    postman.init_app(app)
    mail.init_app(app)
    letters.init_app(app)
    # The gate comes before the guard: a forged request costs no statement.
    security.init_app(app)
    sessions.init_app(app)
    guards.init_app(app)
    arrival.init_app(app)
    errors.init_app(app)
    cli.init_app(app)

    app.register_blueprint(pages.bp)
    app.register_blueprint(language.bp)
    app.register_blueprint(auth.bp)
    app.register_blueprint(register.bp)
    app.register_blueprint(reset.bp)
    app.register_blueprint(confirm.bp)
    account.init_app(app)
    if settings.development:
        app.register_blueprint(dev.bp)
    return app
