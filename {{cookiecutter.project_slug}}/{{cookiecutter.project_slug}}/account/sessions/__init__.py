"""Let people see where they are logged in, and end what should not be (ASVS 7.5.2)."""

from flask import Flask

from ...core.i18n import lazy_gettext as lazy
from .. import menu
from . import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    menu.add_page(app, "sessions.show", lazy("Active sessions"))
