"""Let users delete their account and all its data."""

from ...auth.parts import Part
from ...core.i18n import lazy_gettext as lazy
from . import views

part = Part(
    order=50,
    blueprints=[views.bp],
    menu=("data.delete", lazy("Delete your account")),
)
