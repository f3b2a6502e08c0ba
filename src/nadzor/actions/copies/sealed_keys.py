# SPDX-License-Identifier: Apache-2.0
"""The keys of a house in one sealed file, kept elsewhere than its backups.

Sealed by pass phrases (one or two, kept by two people) or for the holder of an X25519 key.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor_wire.base64text import b64, unb64

MAGIC: Final = "nadzor keys v1"
NONCE: Final = 12
SALT: Final = 16
COST: Final = 1 << 17  # scrypt: 128 MiB and about half a second a try (RFC 7914; OWASP's first choice)
COST_MAX: Final = COST  # a file that asks for more memory is not tried
BLOCKS: Final = 8
SHORTEST: Final = 12  # characters of a pass phrase
_MEMORY: Final = 256 << 20


class Opener(Struct, frozen=True):
    """What opens it: pass phrases in the order in which they were given, or a private key."""

    phrases: tuple[bytes, ...] = ()
    private: bytes = b""  # X25519, raw


class _Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The open part: how the key is made; bound to the sealed part."""

    kind: str  # phrase or recipient
    salt: str
    phrases: int = 0
    cost: int = 0
    ephemeral: str = ""
    recipient: str = ""
    magic: str = MAGIC


class KeyFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One file below `keys/`."""

    content: bytes
    mode: int = 0o600


def gather_keys(root: Path) -> dict[str, KeyFile]:
    """Every key and every tombstone of one below a directory; locks and half-made files are left."""
    found: dict[str, KeyFile] = {}
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.name.startswith("."):
            continue
        name = path.relative_to(root).as_posix()
        found[name] = KeyFile(path.read_bytes(), path.stat().st_mode & 0o777)
    return found


def seal_with_phrases(keys: Mapping[str, KeyFile], phrases: Sequence[bytes]) -> bytes:
    """The keys, sealed by pass phrases: all of them are needed again.

    Raises: Refusal keys.phrase-short.
    """
    if not phrases or any(len(phrase) < SHORTEST for phrase in phrases):
        raise Refusal("keys.phrase-short", least=SHORTEST)
    salt = os.urandom(SALT)
    head = _Head("phrase", b64(salt), phrases=len(phrases), cost=COST)
    return _sealed(head, keys, _by_phrases(phrases, salt, COST))


def seal_for(keys: Mapping[str, KeyFile], recipient: bytes) -> bytes:
    """The keys, sealed for whoever holds the private half.

    Method: X25519 with a key made for this file, HKDF-SHA-256 over both public halves, AES-256-GCM.
    """
    salt, ephemeral = os.urandom(SALT), X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    head = _Head("recipient", b64(salt), ephemeral=b64(public), recipient=b64(recipient))
    return _sealed(head, keys, _derived(shared, salt, public + recipient))


def open_keys(content: bytes, opener: Opener) -> dict[str, KeyFile]:
    """The keys of a sealed file.

    Raises: Refusal keys.unreadable for another kind of file, keys.closed when this does not open it.
    """
    try:
        line, _, sealed = content.partition(b"\n")
        head = msgspec.json.decode(line, type=_Head)
        if head.magic != MAGIC or head.cost > COST_MAX:
            raise Refusal("keys.unreadable")
        key = _key(head, opener)
        opened = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], line)
        keys = msgspec.msgpack.decode(opened, type=dict[str, KeyFile])
    except InvalidTag as error:
        raise Refusal("keys.closed") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise Refusal("keys.unreadable") from error
    if any(".." in PurePosixPath(name).parts or name.startswith("/") for name in keys):
        raise Refusal("keys.unreadable")
    return keys


def _key(head: _Head, opener: Opener) -> bytes:
    salt = unb64(head.salt, size=SALT)
    if head.kind == "phrase":
        if len(opener.phrases) != head.phrases:
            raise Refusal("keys.closed")
        return _by_phrases(opener.phrases, salt, head.cost)
    if not opener.private:
        raise Refusal("keys.closed")
    ephemeral = unb64(head.ephemeral, size=32)
    private = X25519PrivateKey.from_private_bytes(opener.private)
    shared = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    return _derived(shared, salt, ephemeral + private.public_key().public_bytes_raw())


def _sealed(head: _Head, keys: Mapping[str, KeyFile], key: bytes) -> bytes:
    line, nonce = msgspec.json.encode(head), os.urandom(NONCE)
    sealed = AESGCM(key).encrypt(nonce, msgspec.msgpack.encode(dict(keys)), line)
    return line + b"\n" + nonce + sealed


def _by_phrases(phrases: Sequence[bytes], salt: bytes, cost: int) -> bytes:
    """One key from all phrases; each alone says nothing about it."""
    parts = b"".join(
        hashlib.scrypt(phrase, salt=salt, n=cost, r=BLOCKS, p=1, maxmem=_MEMORY, dklen=32)
        for phrase in phrases
    )
    return _derived(parts, salt, b"phrases")


def _derived(secret: bytes, salt: bytes, about: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, MAGIC.encode() + b"\0" + about).derive(secret)
