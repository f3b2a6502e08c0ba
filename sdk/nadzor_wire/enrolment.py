# SPDX-License-Identifier: Apache-2.0
"""The credential a maker keeps after enrolment: who the installation is, its key, and the log's key."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.keys import Ed25519PrivateKey, key_id


class CredentialError(ValueError):
    """The credential file cannot be used."""


class Credential(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One installation's identity. The private key was made at the device and never left it."""

    installation: str
    device: str
    keyid: str
    private: str  # base64 of the 32-byte seed
    gateway: str  # base URL of the gateway
    log_vkey: str  # C2SP verifier key of the log, pinned
    directory_serial: int = 0
    enrolled_at: datetime

    def __repr__(self) -> str:
        return f"Credential({self.installation!r}, keyid={self.keyid!r})"  # never the key

    def key(self) -> Ed25519PrivateKey:
        """The private key."""
        return Ed25519PrivateKey.from_private_bytes(unb64(self.private, size=32))

    def public(self) -> bytes:
        """The 32 raw bytes of the public key."""
        return self.key().public_key().public_bytes_raw()

    def encode(self) -> bytes:
        """The credential as the JSON text of its file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def parse_credential(text: bytes | str) -> Credential:
    """Credential of its JSON. Raises: CredentialError."""
    try:
        credential = msgspec.json.decode(text, type=Credential)
        if credential.keyid != key_id(credential.public()):
            raise CredentialError("keyid does not belong to the private key")
    except msgspec.DecodeError as bad:
        raise CredentialError(str(bad)) from None
    except ValueError as bad:
        raise CredentialError(str(bad)) from None
    return credential


def new_key() -> tuple[str, bytes, str]:
    """A fresh key: private seed in base64, raw public key, key name."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return b64(key.private_bytes_raw()), public, key_id(public)
