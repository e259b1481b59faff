"""Make an app that has the pages' own parts, and no login of any kind."""

from __future__ import annotations

import os

from flask import Flask
from my_flask_app import config
from my_flask_app import create_app
from my_flask_app.config import Settings
from my_flask_app.core import i18n
from my_flask_app.core.web import templating


def make_app() -> Flask:
    """Return an app that knows all routes; the caller brings the views it serves."""
    settings = Settings.from_environ(os.environ)
    app = Flask("my_flask_app")
    config.init_app(app, settings)
    i18n.init_app(app)
    templating.init_app(app)
    for rule in create_app(settings).url_map.iter_rules():
        if rule.endpoint != "static":
            app.add_url_rule(rule.rule, rule.endpoint, methods=rule.methods)
    return app
