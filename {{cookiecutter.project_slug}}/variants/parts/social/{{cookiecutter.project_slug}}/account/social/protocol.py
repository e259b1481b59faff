"""Send a browser to a provider, and read who comes back (OAuth 2.0, RFC 9700)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.exceptions import ServiceUnavailable

from ...config import RETRY_AFTER_SECONDS
from ...core.mail import external_url
from . import github, oidc
from .providers import GITHUB, Identity, Provider, Refused

# How many requests of a process may wait for providers: a slow one leaves threads for others.
AT_ONCE = 16
WRONG = (AuthlibBaseError, JoseError, RequestException, LookupError, TypeError, ValueError)
slots = BoundedSemaphore(AT_ONCE)


def authorization_url(
    provider: Provider, state: str, kept: Mapping[str, Any], *, again: bool
) -> str:
    """Return the provider's page; raise Refused.

    `kept` has the nonce and the verifier. `again` lets the provider ask for the password even
    of a user who is signed in there.
    """
    extra = {} if provider.name == GITHUB else {"nonce": kept["nonce"]}
    if again:
        extra["max_age"] = "0"
    if provider.answers_by_post:
        extra["response_mode"] = "form_post"
    with asking():
        page = _metadata(provider)["authorization_endpoint"]
        client = _client(provider)
        url, _state = client.create_authorization_url(page, state, kept["verifier"], **extra)
    return str(url)


def identify(provider: Provider, answer: Mapping[str, str], kept: Mapping[str, Any]) -> Identity:
    """Return who came back from a provider; raise Refused."""
    with asking():
        if "code" not in answer:
            raise Refused(answer.get("error", "no code"))
        _check_sender(provider, answer.get("iss"))
        client, endpoint = _client(provider), _metadata(provider)["token_endpoint"]
        token = client.fetch_token(
            endpoint,
            code=answer["code"],
            code_verifier=kept["verifier"],
            grant_type="authorization_code",
            allow_redirects=False,
        )
        if provider.name == GITHUB:
            return github.read_identity(client)
        return oidc.read_identity(provider, client, token, kept["nonce"])


def asks_again(provider: Provider) -> bool:
    """Tell whether a provider says when a user signed in there: GitHub and Google do not."""
    try:
        with asking():
            return "auth_time" in _metadata(provider).get("claims_supported", ["auth_time"])
    except Refused:
        return False


@contextmanager
def asking() -> Iterator[None]:
    """Hold a slot; raise Refused for whatever a provider may do wrong, or 503 if none is free."""
    if not slots.acquire(blocking=False):
        raise ServiceUnavailable(retry_after=RETRY_AFTER_SECONDS)
    try:
        yield
    except WRONG as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
    finally:
        slots.release()


def _check_sender(provider: Provider, issuer: str | None) -> None:
    """Refuse the answer of another provider, which would get this one's code (RFC 9207)."""
    says_so = "authorization_response_iss_parameter_supported"
    if issuer is None and not _metadata(provider).get(says_so):
        return
    if provider.name != GITHUB and issuer != provider.issuer:
        raise Refused("the answer is another provider's")


def _metadata(provider: Provider) -> Mapping[str, Any]:
    return github.METADATA if provider.name == GITHUB else oidc.metadata(provider)


def _client(provider: Provider) -> OAuth2Session:
    known = _metadata(provider).get("token_endpoint_auth_methods_supported")
    basic = known is None or "client_secret_basic" in known
    return OAuth2Session(
        provider.client_id,
        provider.client_secret,
        token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
        scope=github.SCOPE if provider.name == GITHUB else oidc.scope(provider),
        # Never from the Host header, and never http behind a proxy.
        redirect_uri=external_url("social.come_back", name=provider.name),
        code_challenge_method="S256",
        default_timeout=oidc.TIMEOUT_SECONDS,
    )
