"""Decide what counts as an e-mail address, and how it is stored."""

from email_validator import EmailNotValidError, validate_email

EMAIL_MAX_LENGTH = 254


def normalise(text: str) -> str | None:
    """Return an address as accounts store it, in lower case; None if it is not an address."""
    try:
        # No DNS lookup: the result would depend on a stranger's name server, and an
        # address inside a company is as valid as any.
        address = validate_email(
            text.strip()[: EMAIL_MAX_LENGTH + 1],
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,
        )
    except EmailNotValidError:
        return None
    return (address.ascii_email or address.normalized).lower()
