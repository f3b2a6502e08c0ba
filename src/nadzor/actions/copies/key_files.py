# SPDX-License-Identifier: Apache-2.0
"""Pass phrases and X25519 keys as people keep them: a line in a file, a PEM file of openssl."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from nadzor.base.problems import Refusal


def read_phrases(files: Sequence[Path]) -> tuple[bytes, ...]:
    """The first line of each file, without its end."""
    return tuple(file.read_bytes().partition(b"\n")[0].rstrip(b"\r") for file in files)


def public_half(file: Path) -> bytes:
    """The X25519 public key in a PEM file, raw.

    Raises: Refusal keys.not-x25519.
    """
    try:
        key = load_pem_public_key(file.read_bytes())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refusal("keys.not-x25519") from error
    if not isinstance(key, X25519PublicKey):
        raise Refusal("keys.not-x25519")
    return key.public_bytes_raw()


def private_half(file: Path) -> bytes:
    """The X25519 private key in a PEM file without a password, raw.

    Raises: Refusal keys.not-x25519.
    """
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refusal("keys.not-x25519") from error
    if not isinstance(key, X25519PrivateKey):
        raise Refusal("keys.not-x25519")
    return key.private_bytes_raw()
