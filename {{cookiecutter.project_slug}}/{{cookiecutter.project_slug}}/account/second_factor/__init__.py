"""A second factor: a code of an app besides the password, and recovery codes for want of it."""

from flask import Flask

from ... import mail
from ...auth import arrival, factors
from ...i18n import lazy_gettext as lazy
from .. import menu
from . import arriving, confirming, notices, required, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    menu.add_page(app, "second_factor.manage", lazy("Second factor"))
    mail.add_writer(app, "second_factor_changed", notices.write_changed)
    arrival.add_step(app, arriving.ask_for_code)
    factors.add(app, confirming.FACTOR)
    required.init_app(app)
