"""Find unsafe settings: wsgi.py refuses to start with the worst, `flask doctor` reports all."""

from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import urlsplit

from flask.helpers import get_debug_flag

from ..config import Settings
from .db.migrations import alembic
from .environ import ConfigError, is_loopback

# One side waits for TLS, the other greets in the clear: both would wait until a timeout.
SWAPPED_PORTS = {
    ("smtp", 465): "is smtp:// on port 465, where servers expect TLS at once: write smtps://.",
    ("smtps", 587): "is smtps:// on port 587, where servers expect STARTTLS: write smtp://.",
}
DAY = 24 * 60 * 60
# NIST SP 800-63B-4: users authenticate again after 30 days at the latest.
LONGEST = {
    "SESSION_IDLE_SECONDS": DAY,
    "SESSION_ABSOLUTE_SECONDS": 30 * DAY,
    "REMEMBER_IDLE_SECONDS": 30 * DAY,
    "REMEMBER_ABSOLUTE_SECONDS": 30 * DAY,
    "REAUTHENTICATION_SECONDS": DAY,
}


def refusals(settings: Settings) -> Iterator[ConfigError]:
    """Yield the problems that stop the app from starting."""
    if get_debug_flag():
        yield ConfigError("FLASK_DEBUG", "is on, which exposes secrets: unset it.")
    if settings.public_url is None:
        yield ConfigError("PUBLIC_URL", "is missing: set it to https:// and your host.")
    if settings.mail_server.scheme == "console":
        yield ConfigError("MAIL_URL", "is console: set it to a mail server or none:.")


def check_migrations() -> None:
    if alembic.needs_upgrade():
        problem = "names a database that lacks migrations. Run `flask db upgrade`."
        raise ConfigError("DATABASE_URL", problem)


def risks(settings: Settings, *, has_certificate: bool) -> Iterator[ConfigError]:
    """Yield unsafe settings that still start; `has_certificate` if gunicorn speaks https."""
    public = urlsplit(settings.public_url or "")
    if settings.secret_key in settings.secret_key_fallbacks:
        yield ConfigError("SECRET_KEY", "is its own fallback. Run `flask secret rotate`.")
    if is_loopback(public.hostname or ""):
        problem = "works on this machine only: set it to https:// and your host."
        yield ConfigError("PUBLIC_URL", problem)
    if public.scheme == "https" and not settings.trusted_proxies and not has_certificate:
        # Then a proxy speaks https, and every visitor seems to have its address.
        problem = "is 0, so all visitors share one limit: set it to the number of proxies."
        yield ConfigError("TRUSTED_PROXIES", problem)
    swapped = SWAPPED_PORTS.get((settings.mail_server.scheme, settings.mail_server.port))
    if swapped:
        yield ConfigError("MAIL_URL", swapped)
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    if settings.mail_server.host and settings.public_url and not _gets_mail(domain):
        yield ConfigError("MAIL_FROM", "has no domain that gets mail: set it to one of yours.")
    for name, most in LONGEST.items():
        if getattr(settings, name.lower()) > most:
            yield ConfigError(name, f"is longer than is safe: set it to {most} at most.")


def _gets_mail(domain: str) -> bool:
    is_address = ":" in domain or domain.replace(".", "").isdigit()
    # Some versions of Python parse an address with colons as an empty one.
    return bool(domain) and not is_address and not is_loopback(domain)
