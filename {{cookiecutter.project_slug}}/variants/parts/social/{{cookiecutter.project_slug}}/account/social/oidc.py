"""Read whom a provider has signed in, by its ID token (OpenID Connect Core 1.0, 3.1.3.7)."""

from functools import lru_cache
from time import monotonic
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from .providers import Identity, Provider

SCOPES = ("openid", "email", "profile")
# Signatures by a key that only the provider has: with a shared secret, or without any, somebody
# else could have written the token (ASVS 6.8.2).
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519"]
TIMEOUT_SECONDS = 5
# Clocks differ.
LEEWAY_SECONDS = 60
KEPT_SECONDS = 60 * 60


def metadata(provider: Provider) -> dict[str, Any]:
    """Return what the provider says about itself (OpenID Connect Discovery 1.0)."""
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    found: dict[str, Any] = _document(url, _hour())
    if found["issuer"] != provider.issuer:
        raise ValueError(f"its issuer is {found['issuer']}")
    return found


def scope(provider: Provider) -> str:
    """Return what to ask for: Apple refuses a scope that it does not know."""
    known = metadata(provider).get("scopes_supported", SCOPES)
    return " ".join(one for one in SCOPES if one in known)


def read_identity(
    provider: Provider, client: OAuth2Session, token: dict[str, Any], nonce: str
) -> Identity:
    """Return who gave the client its token."""
    claims = profile = dict(_verified(provider, token["id_token"], nonce))
    endpoint = metadata(provider).get("userinfo_endpoint")
    if "email" not in claims and endpoint:
        profile = client.get(endpoint).json()
        # Without this, a provider with several tenants may answer for another user (5.3.2).
        if profile["sub"] != claims["sub"]:
            raise ValueError("it describes two users")
    return Identity(
        subject=claims["sub"],
        address=str(profile.get("email") or ""),
        # Apple writes it as a text.
        address_verified=profile.get("email_verified") in {True, "true"},
        name=str(profile.get("name") or claims.get("name") or ""),
        # Of the token alone: a user may write what else the provider tells about them.
        methods=frozenset([claims.get("acr") or "", *claims.get("amr", [])]),
        auth_time=claims.get("auth_time") or 0,
    )


def _verified(provider: Provider, id_token: str, nonce: str) -> CodeIDToken:
    url = metadata(provider)["jwks_uri"]
    try:
        read = jwt.decode(id_token, _keys(url, _hour()), ALGORITHMS)
    except InvalidKeyIdError:
        # The provider has a new key.
        _document.cache_clear()
        read = jwt.decode(id_token, _keys(url, _hour()), ALGORITHMS)
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    asked = {"client_id": provider.client_id, "nonce": nonce}
    claims = CodeIDToken(read.claims, read.header, options, asked)
    claims.validate(leeway=LEEWAY_SECONDS)
    return claims


def _keys(url: str, hour: int) -> KeySet:
    return KeySet.import_key_set(_document(url, hour))


def _hour() -> int:
    return int(monotonic()) // KEPT_SECONDS


@lru_cache(maxsize=64)
def _document(url: str, hour: int) -> Any:
    """Fetch a document, at most once an hour."""
    answer = requests.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    answer.raise_for_status()
    return answer.json()
