"""Require a second factor of every user where REQUIRE_SECOND_FACTOR is true."""

from flask import Flask, request, url_for
from werkzeug.wrappers import Response

from ..core.environ import ConfigError
from ..core.i18n import gettext as _
from .guards import current_user, lead_to
from .parts import Part, has_second_factor

# Endpoints that stay open, so that the user can leave; "" is a page that does not exist.
OPEN = {"account.choose_language", "auth.logout", "pages.healthz", ""}


def init_app(app: Flask) -> None:
    """Check it on every page; raise ConfigError if no part of the account offers one."""
    if not app.extensions["settings"].require_second_factor:
        return
    parts: list[Part] = app.extensions["parts"]
    pages = [part.menu[0] for part in parts if part.menu and (part.factor or part.passwordless)]
    views = {*OPEN, *pages, *(view for part in parts for view in part.set_up_views)}
    if not pages:
        problem = "is true, but no part of the account offers a second factor: unset it."
        raise ConfigError("REQUIRE_SECOND_FACTOR", problem)

    @app.before_request
    def lead_to_set_up() -> Response | None:
        """Redirect a user without a second factor to its set-up page (ASVS 6.3.3)."""
        user = current_user()
        if user is None or has_second_factor(user):
            return None
        if (request.endpoint or "") in views or request.blueprint in {"confirm", "reset"}:
            return None
        return lead_to(url_for(pages[0]), 403, _("Please set up two-factor authentication first."))
