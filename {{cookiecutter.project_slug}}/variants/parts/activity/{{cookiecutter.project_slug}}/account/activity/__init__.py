"""Show users what happened in their account: their own events of the audit trail."""

from ...auth.parts import Part
from ...core.i18n import lazy_gettext as lazy
from . import views

part = Part(
    order=40,
    blueprints=[views.bp],
    menu=("activity.show", lazy("Account activity")),
)
