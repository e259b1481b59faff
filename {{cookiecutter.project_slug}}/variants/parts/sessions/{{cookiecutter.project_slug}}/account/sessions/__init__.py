"""Let users see their active sessions, and end them (ASVS 7.5.2)."""

from ...auth.parts import Part
from ...core.i18n import lazy_gettext as lazy
from . import views

part = Part(
    order=30,
    blueprints=[views.bp],
    menu=("sessions.show", lazy("Active sessions")),
    labels={
        "session_ended": lazy("A session was ended"),
        "sessions_ended": lazy("All other sessions were ended"),
    },
)
