"""Speak WebAuthn (Level 3) by the library fido2: write options, verify answers.

The relying party is the host of PUBLIC_URL, never that of the Host header: a browser signs for
the site that it is on, and only the configured one is ours.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from fido2.server import Fido2Server, to_descriptor
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorTransport,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from werkzeug.exceptions import BadRequest

from ...config import Settings, settings
from ...core import audit
from ...core.i18n import gettext as _
from ...models import User
from .store import Passkey

# ES256, EdDSA and RS256.
ALGORITHMS = (-7, -8, -257)
# A PIN or a fingerprint makes the passkey two factors. The options ask for it, and the answers
# are checked for it: without the second, a client may leave it out.
VERIFIED = UserVerificationRequirement.REQUIRED
# WebAuthn Level 3, 5.8.3.
ID_MAX_LENGTH = 1023
Answer = Mapping[str, Any]
logger = logging.getLogger(__name__)


class Refused(BadRequest):
    """The answer of a browser does not verify: log why, and tell an attacker nothing of it."""

    def __init__(self, why: str) -> None:
        logger.warning("a passkey was refused: %s", audit.printable(why)[:200])
        super().__init__(_("This passkey was not accepted. Please try again."))


def host_of(known: Settings) -> str:
    return urlsplit(known.public_url or "").hostname or ""


def has_host_name(known: Settings) -> bool:
    """Tell whether browsers take the host for passkeys: they refuse an IP address."""
    try:
        ip_address(host_of(known))
    except ValueError:
        return True
    return False


def creation_options(
    challenge: bytes, user: User, handle: bytes, have: Iterable[Passkey]
) -> dict[str, Any]:
    """Return what `parseCreationOptionsFromJSON` takes; `have` must not be added again."""
    options, _state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=user.email, display_name=user.name),
        _describe(have),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=VERIFIED,
        challenge=challenge,
    )
    return dict(options)


def request_options(challenge: bytes, allowed: Iterable[Passkey]) -> dict[str, Any]:
    """Return what `parseRequestOptionsFromJSON` takes; without `allowed`, any passkey will do."""
    named = _describe(allowed)
    options, _state = _server().authenticate_begin(named, VERIFIED, challenge=challenge)
    return dict(options)


def challenge_in(answer: Answer) -> bytes:
    """Return the challenge that a browser has signed; raise Refused if there is none."""
    with _refusing():
        return _client_data(answer).challenge


def credential_id_in(answer: Answer) -> bytes:
    with _refusing():
        return AuthenticationResponse.from_dict(answer).raw_id


def read_new(answer: Answer, challenge: bytes) -> dict[str, Any]:
    """Verify a new passkey (7.1), and return its columns; raise Refused if that fails."""
    with _refusing():
        data = _server().register_complete(_state(challenge), answer)
        made = data.credential_data
        if made is None or len(made.credential_id) > ID_MAX_LENGTH:
            raise ValueError("there is no credential, or its id is too long")
        if made.public_key.ALGORITHM not in ALGORITHMS or _client_data(answer).cross_origin:
            raise ValueError("the algorithm is not one of ours, or the page is in a frame")
        told = answer["response"].get("transports") or []
        return {
            "credential_id": made.credential_id,
            "credential": bytes(made),
            "counter": data.counter,
            "backup_eligible": data.is_backup_eligible(),
            "backed_up": data.is_backed_up(),
            "transports": " ".join(one for one in AuthenticatorTransport if one in told),
        }


def verify(
    answer: Answer, challenge: bytes, passkey: Passkey, *, owner_known: bool
) -> dict[str, Any]:
    """Verify a use of a passkey (7.2), and return what changes; raise Refused if that fails.

    Where the options named the user's passkeys, the answer may leave out the user handle.
    """
    with _refusing():
        mine = AttestedCredentialData(passkey.credential)
        _server().authenticate_complete(_state(challenge), [mine], answer)
        response = AuthenticationResponse.from_dict(answer).response
        data = response.authenticator_data
        named = response.user_handle or (passkey.user_handle if owner_known else None)
        if named != passkey.user_handle:
            raise ValueError("the user handle is missing, or of another account")
        if response.client_data.cross_origin:
            raise ValueError("another site shows the page in a frame")
        if data.is_backup_eligible() != passkey.backup_eligible:
            raise ValueError("the passkey has become another kind")
        _check_counter(data.counter, passkey)
        return {"counter": data.counter, "backed_up": data.is_backed_up()}


def _check_counter(counter: int, passkey: Passkey) -> None:
    """Log a counter that does not rise, and refuse it where only a copy could explain it.

    Passkeys that a password manager copies between devices count nothing, or separately.
    """
    if counter > passkey.counter or counter == passkey.counter == 0:
        return
    logger.warning("a passkey's counter went from %d to %d", passkey.counter, counter)
    if not passkey.backup_eligible:
        raise ValueError("the passkey may have been copied")


def _server() -> Fido2Server:
    party = PublicKeyCredentialRpEntity(id=host_of(settings()), name=settings().app_name)
    # The whole origin: by default, the library takes every subdomain and port.
    server = Fido2Server(
        party,
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin == settings().public_url,
    )
    server.allowed_algorithms = [one for one in server.allowed_algorithms if one.alg in ALGORITHMS]
    return server


def _state(challenge: bytes) -> dict[str, object]:
    return {"challenge": websafe_encode(challenge), "user_verification": VERIFIED}


def _describe(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        to_descriptor(AttestedCredentialData(one.credential), one.transports.split())
        for one in passkeys
    ]


def _client_data(answer: Answer) -> CollectedClientData:
    return CollectedClientData(websafe_decode(answer["response"]["clientDataJSON"]))


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn errors of any kind into Refused: the library raises many at garbage."""
    try:
        yield
    except Exception as error:
        raise Refused(str(error)) from error
