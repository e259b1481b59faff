"""Make the app: the order of wiring and nothing else."""

from flask import Flask

from . import account, cli, config, pages
from .auth import confirm, dev, guards, messages, register, reset, sessions, views as auth
from .config import Settings
from .core import db, i18n, logs, mail
from .core.db import migrations
from .core.web import csrf, errors, headers, proxy, request, templating


def create_app(settings: Settings) -> Flask:
    """Return the app that the settings describe."""
    app = Flask(__name__)
    config.init_app(app, settings)
    logs.init_app(app)
    db.init_app(app)
    request.init_app(app)
    migrations.init_app(app)
    i18n.init_app(app)
    templating.init_app(app)
    mail.init_app(app)
    messages.init_app(app)
    # The CSRF check comes before the guard: a forged request costs no query.
    headers.init_app(app)
    proxy.init_app(app)
    csrf.init_app(app)
    sessions.init_app(app)
    guards.init_app(app)
    errors.init_app(app)

    app.register_blueprint(pages.bp)
    app.register_blueprint(auth.bp)
    app.register_blueprint(register.bp)
    app.register_blueprint(reset.bp)
    app.register_blueprint(confirm.bp)
    account.init_app(app)
    cli.init_app(app)
    if settings.development:
        app.register_blueprint(dev.bp)
    return app
