"""Show people what happened with their account: their own lines of the audit trail."""

from flask import Flask

from ...core.i18n import lazy_gettext as lazy
from .. import menu
from . import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    menu.add_page(app, "activity.show", lazy("Account activity"))
