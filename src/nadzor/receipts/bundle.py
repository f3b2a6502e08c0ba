# SPDX-License-Identifier: Apache-2.0
"""The proof bundle: one file for a court with events, leaves, proofs, keys and a calculation.

Its bytes are canonical JSON (RFC 8785) and one line end, so that no byte of it is without meaning; the
format field by field is docs/reference/proof-bundle.md.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor_wire.base64text import b64
from nadzor_wire.canonical import CanonicalError, canonical
from nadzor_wire.note import sign_note
from nadzor_wire.receipt import Leaf, Verdict

VERSION: Final = 1
TITLE: Final = "nadzor proof bundle v1"
EXCERPT_CONTEXT: Final = b"nadzor-directory-excerpt-v1\n"  # never a whole directory: the gateway refuses it


class BundleError(ValueError):
    """The bundle does not prove what it says; `field` says where it fails."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the bundle: all its fields, and no others."""


class LogTold(_Strict, frozen=True, kw_only=True):
    """Which log: its name and public key (C2SP verifier key)."""

    origin: str
    vkey: str


class KeyTold(_Strict, frozen=True, kw_only=True):
    """One key of an installation, or the token of one that cannot sign (`public` is then empty).

    What was received in [since, until) may be its own; `until` allows for the minute in which the gateway
    may still believe a revoked key.
    """

    keyid: str
    public: str
    suite: str
    installation: str
    device: str
    since: str
    until: str | None
    revoked_at: str | None


class Said(_Strict, frozen=True, kw_only=True):
    """What the key directory knows of these keys at a moment, and its serial then."""

    at: str
    serial: int
    keys: tuple[KeyTold, ...]


class Excerpt(_Strict, frozen=True, kw_only=True):
    """The key directory's word, its public key (base64) and its signature."""

    key: str
    said: Said
    signature: str


class BatchTold(_Strict, frozen=True, kw_only=True):
    """One batch: its receipt, its verdicts, its coded body as signed; None when its key was destroyed."""

    index: int
    leaf: Leaf
    proof: tuple[str, ...]
    flagged: tuple[Verdict, ...]
    rejected: tuple[Verdict, ...]
    body: str | None


class Named(_Strict, frozen=True, kw_only=True):
    """One event that the bundle is about."""

    index: int
    seq: int
    id: str


class Calculation(_Strict, frozen=True, kw_only=True):
    """A share of the bundle's own counts with its score interval, each number a text of six decimals."""

    name: str
    input: dict[str, int]
    result: dict[str, str]


class Content(_Strict, frozen=True, kw_only=True):
    """Everything but the seal."""

    v: int = VERSION
    made_at: str
    log: LogTold
    checkpoint: str
    witnesses: tuple[str, ...]
    directory: Excerpt
    batches: tuple[BatchTold, ...]
    events: tuple[Named, ...]
    counts: dict[str, int]
    calculation: Calculation | None


class Bundle(Content, frozen=True, kw_only=True):
    """The whole file; the seal is a note by the log's key over the digest of all the rest."""

    seal: str


def sign_excerpt(said: Said, private: Ed25519PrivateKey) -> Excerpt:
    """What the directory says, with its signature."""
    key = private.public_key().public_bytes_raw()
    return Excerpt(key=b64(key), said=said, signature=b64(private.sign(excerpt_text(said))))


def excerpt_text(said: Said) -> bytes:
    """What the directory key signs: a context of its own, then the canonical excerpt.

    Why: another context than the whole directory's, so that no part can be passed off as the whole.
    """
    return EXCERPT_CONTEXT + canonical(msgspec.to_builtins(said))


def seal_bundle(content: Content, private: Ed25519PrivateKey) -> bytes:
    """The file.

    Why: the log's key, because it is the one key that whoever checks has pinned; a checkpoint has a third
    line, so that the seal can never be read as one.
    """
    told = msgspec.to_builtins(content)
    return canonical(told | {"seal": sign_note(seal_text(told), content.log.origin, private)}) + b"\n"


def seal_text(told: dict[str, Any]) -> str:
    """The note's text over everything but the seal."""
    rest = {name: value for name, value in told.items() if name != "seal"}
    return f"{TITLE}\n{b64(hashlib.sha256(canonical(rest)).digest())}\n"


def decode_bundle(raw: bytes) -> tuple[Bundle, dict[str, Any]]:
    """The bundle in a file, as structs and as plain JSON.

    Raises: BundleError unless the file is exactly the canonical bytes of a bundle.
    """
    try:
        told = msgspec.json.decode(raw)
        if not isinstance(told, dict) or canonical(told) + b"\n" != raw:
            raise BundleError("file", "is not canonical JSON")
        return msgspec.convert(told, Bundle), told
    except msgspec.ValidationError as bad:
        raise BundleError("file", str(bad)) from None
    except (msgspec.DecodeError, CanonicalError, UnicodeDecodeError, RecursionError):
        raise BundleError("file", "is not canonical JSON") from None
