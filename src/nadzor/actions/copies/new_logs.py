# SPDX-License-Identifier: Apache-2.0
"""New keys for the logs of a house that was put back; the log of deeds and readings begun anew.

Its leaves stay where they are: the secret of their salts is kept apart from the key, which is destroyed.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.base.durable import sync_directory, write_atomic, write_new
from nadzor.base.home import AUDIT_SALTS, FormerLog, Settings, audit_name
from nadzor.receipts.audit_leaf import salts_of
from nadzor.receipts.tree import EMPTY_ROOT
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.note import parse_vkey, vkey

from .moment import REGISTER

AUDIT: Final = "audit"
AUDIT_TILES: Final = "audit/tiles"
_SEALS: Final = "records_auditseal"


def new_key(keys: Path, log: str, origin: str, *, seed: bytes | None = None) -> None:
    """A key under another name, unless the one that is there bears that name; the former one is gone.

    `seed`: of a key that was made before.  Why: the public half is written last, and says that the private
    one was made.
    """
    if parse_vkey((keys / f"{log}.vkey").read_text().strip()).name == origin:
        return
    seed = seed or secrets.token_bytes(32)
    write_atomic(keys / f"{log}.key", b64(seed).encode() + b"\n", mode=0o600)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    write_atomic(keys / f"{log}.vkey", vkey(origin, public).encode() + b"\n")


def forget_notes(tiles: Path) -> None:
    """What the former log had signed is no word of the new one; the hashes are."""
    for name in ("checkpoint", "witnessed", "witnesses.json"):
        (tiles / name).unlink(missing_ok=True)
    if tiles.is_dir():
        sync_directory(tiles)


def begin_audit(root: Path, former: str, settings: Settings, now: datetime) -> Settings:
    """Another key for deeds and readings, where there was one (`former`, its verifier key).

    `settings` name the new log of the house already; what was sealed stays checkable under the former key.
    """
    if not former:
        return settings
    keys = root / "keys"
    if parse_vkey((keys / f"{AUDIT}.vkey").read_text().strip()).name != audit_name(settings):
        _keep_salts(keys)
    new_key(keys, AUDIT, audit_name(settings))
    forget_notes(root / AUDIT_TILES)
    size, top = last_sealed(root / REGISTER)
    ended = FormerLog(former, size, top, now)
    return msgspec.structs.replace(settings, former_audits=(*settings.former_audits, ended))


def _keep_salts(keys: Path) -> None:
    """The secret of the salts, kept once and for every key to come.

    Why first: the key from which it was made is about to be written over.
    """
    seed = unb64((keys / f"{AUDIT}.key").read_text().strip(), size=32)
    with contextlib.suppress(FileExistsError):
        salts = b64(salts_of(Ed25519PrivateKey.from_private_bytes(seed)))
        write_new(keys / f"{AUDIT_SALTS}.key", salts.encode() + b"\n", mode=0o600)


def last_sealed(register: Path) -> tuple[int, str]:
    """Size and root (base64) of the last step that the backup held."""
    nothing = (0, b64(EMPTY_ROOT))
    if not register.is_file():
        return nothing
    with closing(sqlite3.connect(register)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (_SEALS,)).fetchone():
            return nothing
        row = connection.execute(f"SELECT size, root FROM {_SEALS} ORDER BY id DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else nothing
