"""Let nobody go on without a second factor where REQUIRE_SECOND_FACTOR says so."""

from flask import Flask, request, url_for
from werkzeug.wrappers import Response

from ...auth.guards import current_user, lead_to
from ...core.i18n import gettext as _

# What it takes to set one up, or to leave; "" is a page that does not exist.
OPEN = {"second_factor.manage", "auth.logout", "language.choose", "pages.healthz", ""}


def _lead_to_set_up() -> Response | None:
    """Lead a signed-in user without a second factor to its set-up page (ASVS 6.3.3)."""
    user = current_user()
    if user is None or user.totp_secret is not None:
        return None
    if (request.endpoint or "") in OPEN or request.blueprint == "confirm":
        return None
    page = url_for("second_factor.manage")
    return lead_to(page, 403, _("Please set up two-factor authentication first."))


def init_app(app: Flask) -> None:
    if app.extensions["settings"].require_second_factor:
        app.before_request(_lead_to_set_up)
