"""Change an account's address: the new one is proved by mail, the old one can undo it."""

from flask import Flask

from ...core.i18n import lazy_gettext as lazy
from .. import menu
from . import messages, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    messages.init_app(app)
    if app.extensions["settings"].can_mail:
        menu.add_page(app, "email.start", lazy("Change your e-mail address"))
