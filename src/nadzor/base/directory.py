# SPDX-License-Identifier: Apache-2.0
"""The signed key directory: which installation may report, for which device, under which keys.

The register publishes it, the gateway reads it; so the gateway needs no database. A stale one is worth
nothing: that is what makes a revocation effective.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from .problems import Refusal

REPUBLISH_S: Final = 15  # three tries before the last one goes stale
VALID_S: Final = 60  # the longest time for which a revoked key can still be believed
_CONTEXT: Final = b"nadzor-directory-v1\n"  # a signature of the directory key means this and nothing else


class KeyEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One public key (base64 of 32 bytes) and the time in which it may sign, [not_before, not_after)."""

    public: str
    not_before: datetime
    not_after: datetime | None = None
    revoked_at: datetime | None = None
    suite: str = "ed25519+sha256"


class TokenEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A bearer token of one installation that cannot sign, and the time in which it counts.

    Why: `Entry.tokens` names it `t-` and the first 16 hex digits of its digest; the token itself is nowhere.
    """

    digest: str  # SHA-256, hexadecimal
    not_before: datetime
    not_after: datetime | None = None
    revoked_at: datetime | None = None


class Entry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One installation: its device, its clinic's pseudonym, registered findings, keys by keyid, tokens."""

    device: str
    site: str
    sandbox: bool = False
    findings: tuple[str, ...] = ()
    keys: dict[str, KeyEntry] = {}
    tokens: dict[str, TokenEntry] = {}
    maker: str = ""  # whose device it is: makers share the gateway fairly


class Directory(Struct, frozen=True, forbid_unknown_fields=True):
    """Every installation that may report, at one moment."""

    serial: int
    issued_at: datetime
    valid_until: datetime
    installations: dict[str, Entry]


class Holder(Struct, frozen=True):
    """Whose key it is."""

    installation: str
    entry: Entry
    key: KeyEntry


class TokenHolder(Struct, frozen=True):
    """Whose bearer token it is; `name` is what a leaf says in place of a key."""

    name: str
    installation: str
    entry: Entry
    token: TokenEntry


class _Sealed(Struct, frozen=True, forbid_unknown_fields=True):
    directory: msgspec.Raw
    signature: str
    v: int = 1


def issue(serial: int, installations: Mapping[str, Entry], *, now: datetime) -> Directory:
    """A directory that is good from now for `VALID_S` seconds."""
    return Directory(serial, now, now + timedelta(seconds=VALID_S), dict(installations))


def seal_directory(directory: Directory, private: Ed25519PrivateKey) -> bytes:
    """The directory as a signed file."""
    written = msgspec.json.encode(directory)
    signature = base64.b64encode(private.sign(_CONTEXT + written)).decode()
    return msgspec.json.encode(_Sealed(msgspec.Raw(written), signature))


def open_directory(sealed: bytes, public: str) -> Directory:
    """The directory in a signed file, checked under the directory key (base64, as in `nadzor.json`).

    Raises: Refusal directory.invalid for anything that key did not sign.
    """
    try:
        envelope = msgspec.json.decode(sealed, type=_Sealed)
        written = bytes(envelope.directory)
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(envelope.signature, validate=True), _CONTEXT + written)
        return msgspec.json.decode(written, type=Directory)
    except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, ValueError, InvalidSignature) as error:
        raise Refusal("directory.invalid") from error


def fresh(directory: Directory, now: datetime) -> bool:
    """Whether the directory may still be believed.

    Why: one issued in the future tells that a clock is wrong, and then no revocation can be relied on.
    """
    return directory.issued_at - timedelta(seconds=VALID_S) <= now < directory.valid_until


def holders(directory: Directory) -> dict[str, Holder]:
    """Every key of the directory by its keyid."""
    return {
        keyid: Holder(installation, entry, key)
        for installation, entry in directory.installations.items()
        for keyid, key in entry.keys.items()
    }


def token_holders(directory: Directory) -> dict[str, TokenHolder]:
    """Every bearer token of the directory by its digest."""
    return {
        token.digest: TokenHolder(name, installation, entry, token)
        for installation, entry in directory.installations.items()
        for name, token in entry.tokens.items()
    }


def key_in_time(key: KeyEntry | TokenEntry, now: datetime) -> bool:
    """Whether a key, or a token, counts at this moment: begun, not ended, not revoked."""
    ends = [moment for moment in (key.not_after, key.revoked_at) if moment is not None]
    return key.not_before <= now and all(now < end for end in ends)
