"""A second factor: a code of an app besides the password, and recovery codes for want of it."""

from flask import Flask

from ...auth import factors, login_steps
from ...core import mail
from ...core.i18n import lazy_gettext as lazy
from .. import menu
from . import challenge, confirming, notices, required, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    menu.add_page(app, "second_factor.manage", lazy("Two-factor authentication"))
    mail.add_composer(app, "second_factor_changed", notices.compose_changed)
    login_steps.add_step(app, challenge.ask_for_code)
    factors.add(app, confirming.FACTOR)
    required.init_app(app)
