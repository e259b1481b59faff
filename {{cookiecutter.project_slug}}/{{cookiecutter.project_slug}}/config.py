"""Own the settings: read from the environment once, checked, typed, never guessed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from email.headerregistry import Address
from typing import Any, Self
from unicodedata import category
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from flask import Flask, current_app

from .core.environ import ConfigError, Environ, MailServer, Rate

APP_NAME = "{{ cookiecutter.project_name }}"
DESCRIPTION = "{{ cookiecutter.description }}"
LANGUAGE = "{{ cookiecutter.language }}"
LANGUAGES = ("en", "pt_BR")
# Ports do not separate cookies: with one name, two apps on a host log each other out.
COOKIE_PREFIX = f"{__package__}-"
# NIST SP 800-63B-4 requires at least 8 (ASVS 6.2.1).
PASSWORD_FLOOR = 8
# Never require more than 64 characters: users must be able to choose that many (ASVS 6.2.9).
PASSWORD_CEILING = 64
MAX_BODY_BYTES = 64 * 1024
# Unicode categories that could end a header line, or cannot be sent.
NOT_IN_HEADERS = frozenset({"Cc", "Cs", "Zl", "Zp"})
# What pages may load, and from where. To allow a script from a CDN, for example, add
# "script-src 'self' https://cdn.example.com". Put nothing inline: use static/.
CONTENT_SECURITY_POLICY = [
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
]
# How long a mailed link works. Also the longest pause between two mails with links.
LINK_MINUTES = 30
# The Retry-After of a 503.
RETRY_AFTER_SECONDS = 5
ANY_DOMAIN = ".example.com"
# The least and the greatest number allowed, where they are not those of `Environ.number`.
RANGES = {"password_min_length": (PASSWORD_FLOOR, PASSWORD_CEILING), "trusted_proxies": (0,)}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hold every setting; each field has the name of its variable."""

    # These two come from the constants above, not from the environment.
    app_name: str = APP_NAME
    languages: tuple[str, ...] = LANGUAGES
    secret_key: str
    secret_key_fallbacks: tuple[str, ...] = ()
    database_url: str
    public_url: str | None
    mail_server: MailServer
    mail_from: str
    registration_open: bool = True
    password_min_length: int = 15
    # A third party learns a part of the hash of each new password, so the owner must want it.
    refuse_breached_passwords: bool = False
    trusted_proxies: int = 0
    hsts_subdomains: bool = False
    language: str = LANGUAGE
    session_idle_seconds: int = 30 * 60
    session_absolute_seconds: int = 12 * 60 * 60
    remember_idle_seconds: int = 7 * 24 * 60 * 60
    remember_absolute_seconds: int = 30 * 24 * 60 * 60
    reauthentication_seconds: int = 10 * 60
    sessions_per_user: int = 20
    require_second_factor: bool = False
    login_attempts_per_account: Rate = Rate(10, 900)
    login_attempts_per_address: Rate = Rate(100, 900)
    mails_per_address: Rate = Rate(30, 3600)
    # Only `flask run --debug` sets it; every other start is secure by default.
    development: bool = False

    @classmethod
    def from_environ(
        cls, variables: Mapping[str, str], *, development_url: str | None = None
    ) -> Self:
        """Read and check the variables; raise ConfigError that says how to fix them.

        `development_url` is the URL that `flask run --debug` listens on; passing it
        turns development on.
        """
        environ = Environ(variables)
        public_url = environ.public_url() or development_url
        values: dict[str, Any] = {
            name: environ.number(name.upper(), getattr(cls, name), *RANGES.get(name, ()))
            for name in NUMBERS
        }
        values |= {name: environ.rate(name.upper(), getattr(cls, name)) for name in RATES}
        return cls(
            secret_key=environ.secret_key(),
            secret_key_fallbacks=environ.fallback_keys(),
            database_url=environ.database_url(),
            public_url=public_url,
            mail_server=environ.mail_server(),
            mail_from=_mail_from(environ.text("MAIL_FROM"), public_url),
            registration_open=not environ.choice("REGISTRATION", "open", "closed"),
            refuse_breached_passwords=environ.choice("BREACHED_PASSWORDS", "ignore", "refuse"),
            hsts_subdomains=environ.choice("HSTS_SUBDOMAINS", "false", "true"),
            language=environ.language(LANGUAGE, LANGUAGES),
            require_second_factor=environ.choice("REQUIRE_SECOND_FACTOR", "false", "true"),
            development=development_url is not None,
            **values,
        )

    @property
    def can_mail(self) -> bool:
        return self.mail_server.scheme != "none"

    def cookie_name(self, name: str) -> str:
        """Return a cookie's name as browsers see it.

        The `__Host-` prefix makes a browser refuse the cookie from a sibling
        host or over plain http. Safari drops Secure cookies on
        http://localhost, so development does without the prefix.
        """
        own = f"{COOKIE_PREFIX}{name}"
        return own if self.development else f"__Host-{own}"

    def is_own_cookie(self, name: str) -> bool:
        return name.startswith(self.cookie_name(""))

    @property
    def cookie_attributes(self) -> dict[str, Any]:
        """Return the attributes of every cookie that the app sets or deletes."""
        return {"path": "/", "secure": not self.development, "httponly": True, "samesite": "Lax"}


# Fields of these two types are read from the variable of the same name in capitals.
NUMBERS = [field.name for field in fields(Settings) if field.type is int]
RATES = [field.name for field in fields(Settings) if field.type is Rate]


def settings() -> Settings:
    """Return the settings of the running app."""
    found: Settings = current_app.extensions["settings"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings
    app.config.from_mapping(
        APP_NAME=settings.app_name,
        DESCRIPTION=DESCRIPTION,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SESSION_COOKIE_NAME=settings.cookie_name("session"),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        # Keep the values of a failed statement out of the log: they may be tokens or addresses.
        SQLALCHEMY_ENGINES={
            "default": {"url": settings.database_url, "hide_parameters": not settings.development}
        },
    )
    # SESSION_COOKIE_SECURE and so on: Flask's own cookie gets the same attributes.
    for name, value in settings.cookie_attributes.items():
        app.config[f"SESSION_COOKIE_{name.upper()}"] = value


def _mail_from(text: str, public_url: str | None) -> str:
    if not text:
        host = urlsplit(public_url or "").hostname or "localhost"
        return f"no-reply@{host}"
    problem = "must be one address in ASCII, such as app@example.com or App <app@example.com>."
    match = re.fullmatch(r"([^<>]*)<([^<>]+)>|([^<>]+)", text)
    # A display name may contain spaces of any kind, but nothing that could break the header.
    if match is None or not NOT_IN_HEADERS.isdisjoint(map(category, text)):
        raise ConfigError("MAIL_FROM", problem)
    name, address = (match[1] or "").strip(' "'), match[2] or match[3]
    try:
        # Without this suffix, email_validator would refuse domains such as localhost or app.test.
        sender = validate_email(
            f"{address}{ANY_DOMAIN}", allow_smtputf8=False, check_deliverability=False
        )
    except EmailNotValidError:
        raise ConfigError("MAIL_FROM", problem) from None
    # Mail servers without SMTPUTF8 accept a non-ASCII domain only in its xn-- form.
    return str(Address(name, addr_spec=str(sender.ascii_email).removesuffix(ANY_DOMAIN)))
