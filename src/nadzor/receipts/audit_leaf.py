# SPDX-License-Identifier: Apache-2.0
"""A leaf of the log of deeds and readings: the row's one spelling, and a salt that only the house can make.

Hash tiles are public and rows are easy to guess (who opened which page at which second): without a salt a
stranger could test his guesses against a tile.  The salt of a row is an HMAC of its place under a secret made
from the key `audit`, so it lies outside the database, and one that is handed over says nothing of the others.
"""

from __future__ import annotations

import hmac
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor_wire.base64text import b64
from nadzor_wire.canonical import canonical
from nadzor_wire.merkle import leaf_hash

Kind = Literal["deed", "read"]
_SECRET: Final = b"nadzor audit: secret of salts v1"
CONTEXT: Final = b"nadzor audit: salt of a leaf v1\n"
SALT: Final = 16  # bytes


class AuditRow(Struct, frozen=True):
    """A deed or a reading: its number in its own table and its exact text.

    The SHA-256 of a deed's text is its hash in the chain.
    """

    kind: Kind
    n: int
    text: str


class AuditLeaf(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What stands in the tree, as it is handed over."""

    v: int = 1
    kind: Kind
    n: int
    salt: str
    text: str


def salts_of(key: Ed25519PrivateKey) -> bytes:
    """The secret from which salts are made, of the first key that the log had.  Method: HMAC-SHA-256."""
    return hmac.digest(key.private_bytes_raw(), _SECRET, "sha256")


def salted(row: AuditRow, secret: bytes) -> AuditLeaf:
    """A row with its salt.

    Method: HMAC-SHA-256 of context, kind and number, the first 16 bytes; the same row, the same leaf.
    """
    place = CONTEXT + f"{row.kind} {row.n}".encode()
    return AuditLeaf(
        kind=row.kind, n=row.n, text=row.text, salt=b64(hmac.digest(secret, place, "sha256")[:SALT])
    )


def leaf_bytes(leaf: AuditLeaf) -> bytes:
    """The bytes that are hashed.  Method: RFC 8785."""
    return canonical({"v": leaf.v, "kind": leaf.kind, "n": leaf.n, "salt": leaf.salt, "text": leaf.text})


def hash_of(leaf: AuditLeaf) -> bytes:
    """Its hash in the tree.  Method: RFC 9162, section 2.1.1."""
    return leaf_hash(leaf_bytes(leaf))
