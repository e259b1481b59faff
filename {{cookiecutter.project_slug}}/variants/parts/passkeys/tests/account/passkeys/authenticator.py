"""An authenticator, such as a phone: it makes passkeys and signs challenges with them."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from werkzeug.test import TestResponse

from ...support.http import ORIGIN, Browser

PAGE = "/account/passkeys"
LOGIN = "/auth/passkey"
CONFIRM = "/auth/confirm/passkey"
PRESENT, VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Authenticator:
    """One passkey on a device. Change a field to see what the app refuses."""

    origin: str = ORIGIN
    host: str = "app.example"
    flags: int = PRESENT | VERIFIED
    counter: int = 1
    cross_origin: bool = False
    algorithm: int = -7
    handle: bytes = b""
    transports: Any = field(default_factory=lambda: ["internal"])
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what `credential.toJSON()` returns for a new passkey."""
        self.handle = decode(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        key = cbor.encode({1: 2, 3: self.algorithm, -1: 1, -2: x, -3: y})
        made = bytes(16) + struct.pack(">H", len(self.id)) + self.id + key
        data = self._data(self.flags | ATTESTED) + made
        attested = {"fmt": "none", "attStmt": {}, "authData": data}
        signed = self._client_data("webauthn.create", options)
        return self._answer(clientDataJSON=signed, attestationObject=cbor.encode(attested))

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what `credential.toJSON()` returns for a passkey in use."""
        self.counter += 1
        signed, data = self._client_data("webauthn.get", options), self._data(self.flags)
        digest = hashlib.sha256(signed).digest()
        signature = self.key.sign(data + digest, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=signed,
            authenticatorData=data,
            signature=signature,
            userHandle=self.handle,
        )

    def _data(self, flags: int) -> bytes:
        party = hashlib.sha256(self.host.encode()).digest()
        return party + struct.pack(">BI", flags, self.counter)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said | {"crossOrigin": self.cross_origin}).encode()

    def _answer(self, **response: bytes) -> dict[str, Any]:
        encoded: dict[str, Any] = {name: encode(value) for name, value in response.items()}
        return {
            "id": encode(self.id),
            "rawId": encode(self.id),
            "type": "public-key",
            "response": encoded | {"transports": self.transports},
            "clientExtensionResults": {},
        }


def encode(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def options(client: Browser, path: str) -> dict[str, Any]:
    """Ask for a challenge; return the options for the authenticator."""
    answer = client.post(f"{path}/options", json={})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["publicKey"]
    return found


def add(client: Browser, device: Authenticator, name: str = "My phone") -> TestResponse:
    """Add a passkey, as a signed-in user."""
    return client.post(PAGE, json={**device.create(options(client, PAGE)), "name": name})


def log_in(client: Browser, device: Authenticator, **more: object) -> TestResponse:
    return client.post(LOGIN, json={**device.get(options(client, LOGIN)), **more})


def confirm(client: Browser, device: Authenticator, **more: object) -> TestResponse:
    return client.post(CONFIRM, json={**device.get(options(client, CONFIRM)), **more})
