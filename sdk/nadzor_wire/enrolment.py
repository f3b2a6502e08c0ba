# SPDX-License-Identifier: Apache-2.0
"""The credential a maker keeps after enrolment: who the installation is, its key, and the log's key."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.suites import DEFAULT, SigningKey, suite


class CredentialError(ValueError):
    """The credential file cannot be used."""


class FormerKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A key that signed before: only its public half is kept, for receipts of what it signed."""

    keyid: str
    public: str  # base64
    suite: str = DEFAULT


class Credential(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One installation's identity. The private key was made at the device and never left it."""

    installation: str
    device: str
    keyid: str
    private: str  # base64; of an Ed25519 key the 32-byte seed
    suite: str = DEFAULT
    gateway: str  # base URL of the gateway
    log_vkey: str  # C2SP verifier key of the log, pinned
    portal: str = ""  # base URL of the portal, which rotates keys
    directory_serial: int = 0
    enrolled_at: datetime  # of this key: it needs a moment to reach every gateway
    former: tuple[FormerKey, ...] = ()  # newest first

    def __repr__(self) -> str:
        return f"Credential({self.installation!r}, keyid={self.keyid!r})"  # never the key

    def key(self) -> SigningKey:
        """The private key, ready to sign."""
        return suite(self.suite).signing(unb64(self.private))

    def public(self) -> bytes:
        """The raw bytes of the public key."""
        return suite(self.suite).public_of(unb64(self.private))

    def encode(self) -> bytes:
        """The credential as the JSON text of its file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def parse_credential(text: bytes | str) -> Credential:
    """Credential of its JSON. Raises: CredentialError."""
    try:
        credential = msgspec.json.decode(text, type=Credential)
        if credential.keyid != suite(credential.suite).keyid_of(credential.public()):
            raise CredentialError("keyid does not belong to the private key")
        for former in credential.former:
            if former.keyid != suite(former.suite).keyid_of(unb64(former.public)):
                raise CredentialError("a former keyid does not belong to its key")
    except msgspec.DecodeError as bad:
        raise CredentialError(str(bad)) from None
    except ValueError as bad:
        raise CredentialError(str(bad)) from None
    return credential


def new_key(suite_name: str = DEFAULT) -> tuple[str, bytes, str]:
    """A fresh key of a suite: private key in base64, raw public key, key name. Raises: UnknownSuite."""
    used = suite(suite_name)
    private = used.fresh()
    public = used.public_of(private)
    return b64(private), public, used.keyid_of(public)
