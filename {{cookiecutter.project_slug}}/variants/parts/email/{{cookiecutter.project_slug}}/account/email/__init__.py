"""Change an account's address: a mail confirms the new one, the old one can undo it."""

from ...auth.parts import Part
from ...core.i18n import lazy_gettext as lazy
from . import changes, views

part = Part(
    order=10,
    blueprints=[views.bp],
    menu=("email.start", lazy("Change your e-mail address")),
    menu_needs_mail=True,
    labels={
        "email_change_final": lazy("The change of address was made final"),
        "email_change_undone": lazy("The change of address was undone"),
        "email_changed": lazy("The e-mail address was changed"),
    },
    composers=changes.COMPOSERS,
)
