"""Let people delete their account, with all that is kept about them."""

from flask import Flask

from ...core.i18n import lazy_gettext as lazy
from .. import menu
from . import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    menu.add_page(app, "deletion.delete", lazy("Delete your account"))
