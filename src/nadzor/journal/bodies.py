# SPDX-License-Identifier: Apache-2.0
"""Bodies at rest: one AES-256-GCM key per installation and month of receipt, kept outside the database.

Shredding a key shreds every body under it, wherever copies of the database lie; leaves and proofs remain.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from nadzor.base.durable import sync_directory, write_atomic, write_new
from nadzor.base.problems import Refusal

KEY_BYTES: Final = 32
NONCE_BYTES: Final = (
    12  # random; far below 2**32 bodies a key, so a repeat is out of reach (NIST SP 800-38D, 8.3)
)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_INSTALLATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Shredded(Refusal):
    """The body's key is gone, on purpose: what it held cannot be read again by anyone."""

    def __init__(self, installation: str, month: str) -> None:
        super().__init__("journal.shredded", installation=installation, month=month)


class Shelf(Struct, frozen=True):
    """Under which key a body lies."""

    installation: str
    month: str


class BodyKeys:
    """The keys of bodies in a directory, `<installation>/<YYYY-MM>.key`; a tombstone where one was shredded.

    Durability: a key is on disk, with its names, before it is returned, so before the commit that uses it.
    Concurrency: two processes that make the same key both get the one that was linked first.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: dict[Shelf, AESGCM] = {}

    def making(self, shelf: Shelf) -> AESGCM:
        """The cipher to seal with; its key is made if there is none yet.

        Why: who linked a key that is there may have died before its names were durable.
        """
        cipher = self._made.get(shelf)
        if cipher is None:
            path = self._path(shelf)
            if not path.exists():
                _make(path)
            for folder in (self._root, path.parent):
                sync_directory(folder)
            cipher = self._made[shelf] = AESGCM(path.read_bytes())
        return cipher

    def finding(self, shelf: Shelf) -> AESGCM:
        """The cipher to open with.

        Raises: Shredded when the key is gone.
        """
        try:
            return AESGCM(self._path(shelf).read_bytes())
        except FileNotFoundError:
            raise Shredded(shelf.installation, shelf.month) from None

    def shred(self, shelf: Shelf) -> None:
        """Destroy a key, and with it every body of that installation and month.

        Durability: the tombstone stands before the key falls, so that no lost key is taken for a shredded
        one; what a crash left beside the key goes, too.
        Why: its bytes are written over first, for what it is worth: a disk may keep old blocks.
        """
        self._made.pop(shelf, None)
        path = self._path(shelf)
        if not path.parent.exists():
            return
        write_atomic(_tombstone(path), b"", mode=0o600)
        for copy in (path, *path.parent.glob(f".{path.name}.*")):
            with contextlib.suppress(FileNotFoundError):
                _overwrite(copy)
                copy.unlink()
        sync_directory(path.parent)

    def was_shredded(self, shelf: Shelf) -> bool:
        """Whether the key is gone on purpose; one that is merely missing was lost."""
        return _tombstone(self._path(shelf)).exists()

    def _path(self, shelf: Shelf) -> Path:
        if not _INSTALLATION.fullmatch(shelf.installation) or not _MONTH.fullmatch(shelf.month):
            raise ValueError("not the name of a body key")
        return self._root / shelf.installation / f"{shelf.month}.key"


def seal_body(cipher: AESGCM, coded: bytes, *, named: bytes) -> bytes:
    """A nonce and the encrypted body, bound to the digest it is filed under."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, coded, named)


def open_body(cipher: AESGCM, sealed: bytes, *, named: bytes) -> bytes:
    """The coded body.

    Raises: Refusal journal.damaged when the sealed bytes are not what was stored.
    """
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], named)
    except (InvalidTag, ValueError) as error:
        raise Refusal("journal.damaged", what="body") from error


def _tombstone(path: Path) -> Path:
    return path.with_suffix(".shredded")


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(max(KEY_BYTES, path.stat().st_size)))
        file.flush()
        os.fsync(file.fileno())


def _make(path: Path) -> None:
    """Make a key whole under its name, or leave the one that somebody else made first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        write_new(fresh, secrets.token_bytes(KEY_BYTES), mode=0o600)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)
