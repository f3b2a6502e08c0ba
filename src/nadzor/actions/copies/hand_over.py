# SPDX-License-Identifier: Apache-2.0
"""The last word of a log that ends with a restore: which log carries its leaves on, signed by both keys."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.base.durable import sync_directory, write_atomic
from nadzor.base.home import FormerLog
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.note import parse_vkey, vkey
from nadzor_wire.succession import Succession, sign_succession

ROOM: Final = "successions"
NEXT: Final = "log.next"


def hand_over(root: Path, ended: FormerLog, origin: str, *, number: int) -> bytes | None:
    """State who follows, and return the seed of the next key; None when that key is in its place already.

    Why the seed is written first: a crash must not leave a statement about a key that nobody has.
    No statement is written where the former private key is not at hand; senders then pin by hand.
    """
    keys = root / "keys"
    if parse_vkey((keys / "log.vkey").read_text().strip()).name == origin:
        (keys / NEXT).unlink(missing_ok=True)
        return None
    if not (keys / NEXT).exists():
        write_atomic(keys / NEXT, b64(secrets.token_bytes(32)).encode() + b"\n", mode=0o600)
    seed, former = unb64((keys / NEXT).read_text().strip(), size=32), _private(keys / "log.key")
    if former is not None and former.public_key().public_bytes_raw() == parse_vkey(ended.vkey).public:
        key = Ed25519PrivateKey.from_private_bytes(seed)
        told = Succession(ended.vkey, ended.size, unb64(ended.root, size=32), vkey(origin, key.public_key()))
        room = root / ROOM
        room.mkdir(mode=0o700, exist_ok=True)
        write_atomic(room / f"{number}.note", sign_succession(told, former, key).encode())
        sync_directory(root)
    return seed


def _private(file: Path) -> Ed25519PrivateKey | None:
    try:
        return Ed25519PrivateKey.from_private_bytes(unb64(file.read_text().strip(), size=32))
    except (FileNotFoundError, ValueError):
        return None
