"""Put events into words for those whom they concern."""

from ...core.i18n import lazy_gettext as lazy

# Some come from parts that may have been taken out.
LABELS = {
    "confirm_failed": lazy("A wrong password was given to confirm"),
    "confirmed": lazy("The password was confirmed"),
    "created_by_operator": lazy("The account was made by the people who run this site"),
    "deleted": lazy("The account was deleted"),
    "disabled": lazy("The account was locked by the people who run this site"),
    "email_change_final": lazy("The change of address was made final"),
    "email_change_undone": lazy("The change of address was undone"),
    "email_changed": lazy("The e-mail address was changed"),
    "enabled": lazy("The account was opened again by the people who run this site"),
    "login": lazy("Logged in"),
    "login_failed": lazy("A login failed"),
    "logout": lazy("Logged out"),
    "password_changed": lazy("The password was changed"),
    "password_reset": lazy("A new password was chosen by a mailed link"),
    "recovery_code_used": lazy("A recovery code was used"),
    "recovery_codes_renewed": lazy("New recovery codes were made"),
    "registered": lazy("The account was made"),
    "reset_started_by_operator": lazy("The people who run this site mailed a reset link"),
    "second_factor_failed": lazy("A wrong two-factor code was entered"),
    "second_factor_off": lazy("Two-factor authentication was turned off"),
    "second_factor_on": lazy("Two-factor authentication was turned on"),
    "second_factor_reset_by_operator": lazy(
        "The people who run this site turned off two-factor authentication"
    ),
    "session_ended": lazy("A session was ended"),
    "session_rotated": lazy("A session was renewed"),
    "sessions_ended": lazy("All other sessions were ended"),
    "sessions_ended_by_operator": lazy("The people who run this site ended every session"),
}
