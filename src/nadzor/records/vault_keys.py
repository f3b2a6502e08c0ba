# SPDX-License-Identifier: Apache-2.0
"""The keys that seal: the newest seals, every one still kept opens.

Why apart from the vault key: pseudonyms and marks come from that one and must never change, while what is
sealed can be sealed anew under a fresh key.  Version 0 is derived from the vault key itself; later ones are
files of their own beside it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from nadzor.base.durable import sync_directory, write_atomic
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor_wire.base64text import b64, unb64

NONCE: Final = 12
KEY: Final = 32
_FILE: Final = re.compile(r"vault-seal-(\d{4})\.key")


class Sealed(Struct, frozen=True):
    """What lies there: a nonce, and the ciphertext with its tag."""

    nonce: bytes
    text: bytes


class Opened(Struct, frozen=True):
    """What was sealed, and the version of the key that opened it."""

    clear: bytes
    version: int


def versions(home: Home) -> tuple[int, ...]:
    """The versions that are kept, the newest first; 0 is always the last."""
    found = (_FILE.fullmatch(path.name) for path in home.keys.glob("vault-seal-*.key"))
    return (*sorted((int(match[1]) for match in found if match), reverse=True), 0)


def seal(home: Home, purpose: bytes, clear: bytes, *, bound: bytes) -> Sealed:
    """Seal under the newest key for a purpose, bound to what it belongs to."""
    nonce = secrets.token_bytes(NONCE)
    return Sealed(nonce, _cipher(home, versions(home)[0], purpose).encrypt(nonce, clear, bound))


def unseal(home: Home, purpose: bytes, sealed: Sealed, *, bound: bytes) -> Opened:
    """Open with whichever key fits.

    Raises: InvalidTag or ValueError when none does; Refusal home.damaged when a key's file is spoilt.
    """
    for version in versions(home):
        with contextlib.suppress(InvalidTag):
            clear = _cipher(home, version, purpose).decrypt(sealed.nonce, sealed.text, bound)
            return Opened(clear, version)
    raise InvalidTag


def found(home: Home) -> int:
    """Make the next key and return its version; from now on it seals."""
    version = versions(home)[0] + 1
    write_atomic(_path(home, version), b64(secrets.token_bytes(KEY)).encode() + b"\n", mode=0o600)
    return version


def destroy_older(home: Home) -> tuple[int, ...]:
    """Destroy every key file but the newest; the caller has seen every seal open under that one."""
    older = tuple(version for version in versions(home)[1:] if version)
    for version in older:
        path = _path(home, version)
        path.write_bytes(secrets.token_bytes(path.stat().st_size))
        path.unlink()
    sync_directory(home.keys)
    return older


def _cipher(home: Home, version: int, purpose: bytes) -> AESGCM:
    base = home.secret("vault") if version == 0 else _read(home, version)
    return AESGCM(hmac.digest(base, purpose, hashlib.sha256))


def _read(home: Home, version: int) -> bytes:
    try:
        return unb64(_path(home, version).read_bytes().decode().strip(), size=KEY)
    except (ValueError, FileNotFoundError) as error:
        raise Refusal("home.damaged", file=f"keys/{_path(home, version).name}") from error


def _path(home: Home, version: int) -> Path:
    return home.keys / f"vault-seal-{version:04d}.key"
