"""Let users download their data, and delete their account with all of it."""

from ...auth.parts import Part
from ...core.i18n import lazy_gettext as lazy
from . import views

part = Part(
    order=50,
    blueprints=[views.bp],
    menu=("data.delete", lazy("Download your data or delete your account")),
    labels={"data_exported": lazy("The data of the account was downloaded")},
)
