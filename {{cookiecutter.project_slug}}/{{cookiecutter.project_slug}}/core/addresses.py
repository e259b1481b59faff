"""Decide what counts as an e-mail address, and how one is kept."""

from email_validator import EmailNotValidError, validate_email

EMAIL_MAX_LENGTH = 254


def normalise(text: str) -> str | None:
    """Return an address as accounts keep it, in lower case; None if it is none."""
    try:
        # No lookup: it would make the answer depend on a stranger's name server,
        # and an address inside a company is as good as any.
        address = validate_email(
            text.strip()[: EMAIL_MAX_LENGTH + 1],
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,
        )
    except EmailNotValidError:
        return None
    return (address.ascii_email or address.normalized).lower()
