"""Describe which other sites may sign users in, and whom they say that they have signed in.

The operator says which ones, and what they are trusted with.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask, abort, current_app

from ...core.environ import ConfigError, Environ

GITHUB = "github"
TEXT_MAX_LENGTH = 255
# Where the name with a capital letter is not what users know.
LABELS = {GITHUB: "GitHub", "gitlab": "GitLab", "linkedin": "LinkedIn"}
NAMES = "SOCIAL_PROVIDERS"
TRUSTED = "SOCIAL_TRUSTED_ADDRESSES"
# Plain http only on this machine, where a developer runs a provider.
ISSUER = re.compile(r"(https://[^/?#\s]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?)(/[^?#\s]*)?")


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Hold one site that may sign users in."""

    name: str
    # Identifies the provider in the table of connected accounts; empty for none.
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    # Whether a new account may have the address that the provider calls verified.
    addresses_trusted: bool
    # The values of `acr` and `amr` that stand for two factors.
    two_factors: frozenset[str]
    # Whether the answer comes as a form that the provider's page posts.
    answers_by_post: bool

    @property
    def label(self) -> str:
        return LABELS.get(self.name, self.name.capitalize())


class Refused(Exception):
    """The answer does not verify, or the provider does not respond."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Hold what an answer says, once it is verified."""

    # Never changes and is never given to another, unlike the address (ASVS 6.8.1).
    subject: str
    address: str
    address_verified: bool
    name: str
    # The values of `acr` and `amr`: how the user signed in there (RFC 8176).
    methods: frozenset[str] = frozenset()
    # When the user last signed in there, in seconds; 0 if the provider does not say.
    auth_time: float = 0

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError for what no column can hold."""
        stored = "".join((self.subject, self.address, self.name)).encode()
        if b"\0" in stored or not 0 < len(self.subject) <= TEXT_MAX_LENGTH:
            raise ValueError("it names nobody")


def all_providers() -> dict[str, Provider]:
    found: dict[str, Provider] = current_app.extensions["providers"]
    return found


def provider_or_404(name: str) -> Provider:
    return all_providers().get(name) or abort(404)


def init_app(app: Flask) -> None:
    """Read the settings of this part; raise ConfigError."""
    found = {provider.name: provider for provider in read(Environ(os.environ))}
    app.extensions["providers"] = app.jinja_env.globals["providers"] = found


def read(environ: Environ) -> Iterator[Provider]:
    names, trusted = _words(environ, NAMES), _words(environ, TRUSTED)
    for unknown in [name for name in trusted if name not in names]:
        raise ConfigError(TRUSTED, f"has {unknown}, which {NAMES} lacks.")
    for name in names:
        if not re.fullmatch("[a-z][a-z0-9]{0,29}", name):
            raise ConfigError(NAMES, "must be names of small letters, such as google,github.")
        own = f"SOCIAL_{name.upper()}_"
        yield Provider(
            name=name,
            issuer="https://github.com" if name == GITHUB else _issuer(environ, f"{own}ISSUER"),
            client_id=_needed(f"{own}CLIENT_ID", environ.text(f"{own}CLIENT_ID")),
            client_secret=_needed(*environ.secret(f"{own}CLIENT_SECRET")),
            addresses_trusted=name in trusted,
            two_factors=frozenset(_words(environ, f"{own}TWO_FACTORS")),
            answers_by_post=environ.choice(f"{own}ANSWER", "query", "post"),
        )


def _words(environ: Environ, name: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", environ.text(name)) if word]


def _needed(name: str, text: str) -> str:
    if not text:
        raise ConfigError(name, "is missing: the other site shows it where you register this app.")
    return text


def _issuer(environ: Environ, name: str) -> str:
    """Return an issuer to the letter: answers are compared with it."""
    text = environ.text(name)
    if not ISSUER.fullmatch(text):
        problem = "must be the provider's issuer, such as https://accounts.google.com."
        raise ConfigError(name, problem)
    return text
