"""Parse environment variables into the values that the settings need."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

KEY_MIN_LENGTH = 32
GREATEST = 999_999_999
PLACEHOLDERS = ("change", "secret", "placeholder", "example", "your-", "your_")
# The start of the key in Flask's quickstart, which is often copied as it is.
PUBLISHED_KEY = "192b9bdd22ab9ed4"
MAIL_PORTS = {"smtp": 587, "smtps": 465}
CURE_KEY = "Run `flask secret new`, or set it to 48 random bytes."


class ConfigError(Exception):
    """Say in one line which variable is wrong, and how to fix it."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable} {problem}")
        self.variable = variable


@dataclass(frozen=True)
class Rate:
    """Allow `count` attempts within `seconds`."""

    count: int
    seconds: int


@dataclass(frozen=True)
class MailServer:
    """Say where mail goes: `console`, `smtp`, `smtps` or `none`."""

    scheme: str
    host: str = ""
    port: int = 0
    username: str = ""
    password: str = ""


class Environ:
    """Read variables; an empty one counts as not set."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str = "") -> str:
        return self._variables.get(name, "").strip() or default

    def number(self, name: str, default: int, least: int = 1, most: int = GREATEST) -> int:
        text = self.text(name, str(default))
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ConfigError(name, f"must be a whole number from {least} to {most}.")
        return int(text)

    def choice(self, name: str, default: str, other: str) -> bool:
        """Tell whether a variable has the other of its two values."""
        value = self.text(name, default)
        if value not in {default, other}:
            raise ConfigError(name, f"must be one of: {default}, {other}.")
        return value == other

    def language(self, default: str, supported: tuple[str, ...]) -> str:
        """Return the first supported language of `LANGUAGE`, such as `pt_BR:en`.

        Desktops set this variable for every program, often to languages that the
        app does not have: those are skipped, not refused.
        """
        found = (nearest(wanted, supported) for wanted in self.text("LANGUAGE").split(":"))
        return next(filter(None, found), default)

    def rate(self, name: str, default: Rate) -> Rate:
        text = self.text(name)
        if not text:
            return default
        match = re.fullmatch(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})", text)
        if match is None:
            shown = f"{default.count}/{default.seconds}"
            raise ConfigError(name, f"must be count/seconds, such as {shown}.")
        return Rate(int(match[1]), int(match[2]))

    def secret(self, name: str) -> tuple[str, str]:
        """Return a variable's name and text; where `NAME_FILE` is set, that file's instead."""
        in_file = f"{name}_FILE"
        path = self.text(in_file)
        if not path:
            return name, self.text(name)
        if self.text(name):
            raise ConfigError(name, f"and {in_file} are both set: keep one.")
        try:
            return in_file, Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigError(in_file, "names a file that cannot be read.") from None

    def secret_key(self) -> str:
        return check_key(*self.secret("SECRET_KEY"))

    def fallback_keys(self) -> tuple[str, ...]:
        name = "SECRET_KEY_FALLBACKS"
        keys = [key.strip() for key in self.text(name).split(",")]
        # An attacker can forge tokens with a weak fallback as with a weak key.
        return tuple(check_key(name, key) for key in keys if key)

    def database_url(self) -> str:
        """Return the URL in SQLAlchemy's form; `postgres://` is accepted too."""
        name, text = self.secret("DATABASE_URL")
        try:
            url = make_url(text or "sqlite:///app.sqlite")
        except (ArgumentError, ValueError):
            raise ConfigError(name, "is not a database URL.") from None
        if url.drivername in {"postgres", "postgresql"}:
            url = url.set(drivername="postgresql+psycopg")
        if url.drivername not in {"sqlite", "postgresql+psycopg"}:
            raise ConfigError(name, "must start with sqlite:/// or postgresql://.")
        # Sessions and counters use separate connections: in memory, each would have
        # its own empty database.
        named = (url.database or "").removeprefix("file:")
        in_memory = named in {"", ":memory:"} or url.query.get("mode") == "memory"
        if url.drivername == "sqlite" and in_memory:
            raise ConfigError(name, "must name a file: sqlite:///app.sqlite.")
        return url.render_as_string(hide_password=False)

    def public_url(self) -> str | None:
        """Return the app's origin, `scheme://host[:port]`, as browsers write it (RFC 6454)."""
        name = "PUBLIC_URL"
        text = self.text(name)
        if not text:
            return None
        problem = "must be https://HOST alone, with no path (http for a loopback host)."
        parts = _split(name, text, problem)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or "@" in text:
            raise ConfigError(name, problem)
        if not host.isascii():
            what = "must have its host in ASCII: write the xn-- form that a browser copies."
            raise ConfigError(name, what)
        # Browsers send no Secure cookies over plain http, so users could not log in.
        if not _is_host(host) or (parts.scheme == "http" and not is_loopback(host)):
            raise ConfigError(name, problem)
        shown = f"[{host}]" if ":" in host else host
        if parts.port in {None, {"http": 80, "https": 443}[parts.scheme]}:
            return f"{parts.scheme}://{shown}"
        return f"{parts.scheme}://{shown}:{parts.port}"

    def mail_server(self) -> MailServer:
        name, text = self.secret("MAIL_URL")
        problem = "must be smtps://USER:PASSWORD@HOST:PORT alone; in user and password "
        problem += "write / as %2F, # as %23, ? as %3F, [ as %5B."
        text = text or "console:"
        if not text.lower().startswith(("smtps:", "smtp:", "console:", "none:")):
            raise ConfigError(name, "must be smtps://, smtp://, console: or none:.")
        parts = _split(name, text, problem)
        host = parts.hostname or ""
        if parts.scheme in {"console", "none"}:
            return MailServer(parts.scheme)
        if not _is_host(host):
            raise ConfigError(name, "must name a host in ASCII, such as mail.example.com.")
        username, password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(username) != bool(password):
            raise ConfigError(name, "must have both a user and a password, or neither.")
        # smtplib fails on other characters.
        if not f"{username}{password}".isascii():
            raise ConfigError(name, "must have a user and a password in ASCII.")
        port = parts.port or MAIL_PORTS[parts.scheme]
        return MailServer(parts.scheme, host, port, username, password)


def nearest(tag: str, supported: tuple[str, ...]) -> str | None:
    """Return the supported language that a reader of this one understands best.

    For a reader in Lisbon, Brazilian Portuguese is closer than English.
    """
    wanted = tag.lower().replace("-", "_")
    family = wanted.partition("_")[0]
    kin = [name for name in supported if name.partition("_")[0] == family]
    same = [name for name in kin if name.lower() == wanted]
    return next(iter(same + kin), None)


def check_key(name: str, key: str) -> str:
    """Return the key, or raise ConfigError when it is missing, short or known."""
    if not key:
        raise ConfigError(name, f"is missing. {CURE_KEY}")
    if len(key) < KEY_MIN_LENGTH or len(set(key)) < 10:
        raise ConfigError(name, f"is too short or too plain. {CURE_KEY}")
    if any(word in key.lower() for word in PLACEHOLDERS):
        raise ConfigError(name, f"is a placeholder. {CURE_KEY}")
    if key.startswith(PUBLISHED_KEY):
        raise ConfigError(name, f"is a published example. {CURE_KEY}")
    return key


def _split(name: str, url: str, problem: str) -> SplitResult:
    """Return the parts of a URL that names a host alone; raise ConfigError for more."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigError(name, problem) from None
    # A slash in a password ends the host: the text before it is parsed as the port.
    if parts.path not in {"", "/"} or parts.query or parts.fragment or port == 0:
        raise ConfigError(name, problem)
    return parts


def _is_host(host: str) -> bool:
    """Tell whether this may be the name of a host, or an address."""
    return ":" in host or re.fullmatch(r"([a-z0-9_-]+\.)*[a-z0-9_-]+", host) is not None


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address stays on this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
