"""Let admins invite people and look after accounts, and close views by role."""

from ...auth.parts import Part
from ...core.i18n import lazy_gettext as lazy
from . import commands, invitations, roles, views

part = Part(
    order=90,
    blueprints=[views.bp],
    labels={
        "invitation_withdrawn": lazy("An invitation was withdrawn"),
        "invited": lazy("An invitation was sent"),
        "role_changed": lazy("The role of the account was changed"),
    },
    composers={invitations.PURPOSE: invitations.compose},
    menu_extras="admin/_menu.html",
    export=roles.role_of,
    facts=lambda user: [("role", roles.role_of(user))],
    commands=[commands.invite, commands.change_role],
    purge={"invitations": invitations.purge},
)
