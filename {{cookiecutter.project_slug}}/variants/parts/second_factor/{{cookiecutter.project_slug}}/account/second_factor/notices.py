"""Compose the mails about changes of a second factor."""

from ...core.i18n import gettext as _, show_time
from ...core.mail import Message, external_url
from ...core.mail.outbox import Outbox


def compose_changed(row: Outbox) -> Message:
    said = {
        "second_factor_on": _("Two-factor authentication is on."),
        "second_factor_off": _("Two-factor authentication is off."),
        "recovery_codes_renewed": _(
            "Your account has new recovery codes; the old ones no longer work."
        ),
        "recovery_code_used": _("A recovery code of your account was used."),
        "browser_trusted": _("For 30 days, one browser can log in to your account without a code."),
        "second_factor_failed": _("Somebody entered your password, and then only wrong codes."),
    }
    values = {"change": said[row.detail["change"]], "time": show_time(row.created_at)}
    return Message("second_factor_changed", {**values, "url": external_url("reset.start")})


def compose_reset(row: Outbox) -> Message:
    """Report that an operator has turned it off, and how to recover the account."""
    url = external_url("reset.start")
    return Message("second_factor_reset", {"url": url, "time": show_time(row.created_at)})
