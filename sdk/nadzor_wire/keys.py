# SPDX-License-Identifier: Apache-2.0
"""Ed25519 keys as raw bytes and as objects."""

from __future__ import annotations

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def public_key(key: Ed25519PublicKey | bytes) -> Ed25519PublicKey:
    """The public key, given as an object or as its 32 raw bytes."""
    return Ed25519PublicKey.from_public_bytes(key) if isinstance(key, bytes) else key


def public_bytes(key: Ed25519PublicKey | bytes) -> bytes:
    """The 32 raw bytes of a public key."""
    return key if isinstance(key, bytes) else key.public_bytes_raw()


def key_id(key: Ed25519PublicKey | bytes) -> str:
    """Name of an installation key: the first 16 hex digits of SHA-256 of its raw public bytes."""
    return sha256(public_bytes(key)).hexdigest()[:16]


def signed_by(key: Ed25519PublicKey | bytes, signature: bytes, text: bytes) -> bool:
    """Whether the Ed25519 signature over the text is by this key (RFC 8032)."""
    try:
        public_key(key).verify(signature, text)
    except InvalidSignature:
        return False
    return True


__all__ = ["Ed25519PrivateKey", "Ed25519PublicKey", "key_id", "public_bytes", "public_key", "signed_by"]
