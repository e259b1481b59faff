"""Label events for the user."""

from ...auth.parts import all_parts
from ...core.i18n import lazy_gettext as lazy

# The app's own events. Other parts bring labels for theirs.
LABELS = {
    "confirm_failed": lazy("A wrong password was entered to confirm"),
    "confirmed": lazy("The password was confirmed"),
    "created_by_operator": lazy("The account was created by the people who run this site"),
    "deleted": lazy("The account was deleted"),
    "disabled": lazy("The account was locked by the people who run this site"),
    "enabled": lazy("The account was unlocked by the people who run this site"),
    "login": lazy("Logged in"),
    "login_failed": lazy("A login failed"),
    "logout": lazy("Logged out"),
    "password_changed": lazy("The password was changed"),
    "password_reset": lazy("The password was reset by a mailed link"),
    "registered": lazy("The account was created"),
    "reset_started_by_operator": lazy("The people who run this site mailed a reset link"),
    "second_factor_reset_by_operator": lazy(
        "The people who run this site turned off two-factor authentication"
    ),
    "session_rotated": lazy("A session was renewed"),
    "sessions_ended_by_operator": lazy("The people who run this site ended every session"),
}


def known() -> dict[str, str]:
    """Return the labels of every kind of event, including those of all parts."""
    brought = {kind: label for part in all_parts() for kind, label in part.labels.items()}
    return LABELS | brought
