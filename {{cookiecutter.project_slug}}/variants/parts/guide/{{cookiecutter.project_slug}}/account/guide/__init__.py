"""Teach sessions and cookies on this app, in development: `/dev/guide`, `/dev/session`."""

from ...auth.parts import Part
from ...core.i18n import lazy_gettext as lazy
from . import views

part = Part(
    order=60,
    blueprints=[views.bp],
    menu=("guide.show", lazy("Learn what sessions and cookies are, on this app")),
    development_only=True,
)
