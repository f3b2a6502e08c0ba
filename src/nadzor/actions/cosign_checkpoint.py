# SPDX-License-Identifier: Apache-2.0
"""Be a witness: sign a log's checkpoint when it extends the one signed before, and remember it first."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor.base.durable import write_atomic, write_new
from nadzor.base.lock import alone
from nadzor.base.problems import Refusal
from nadzor.receipts.witnessing import Asked, Deny, Seen, Sign, decide, read_request
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.cosignature import cosign, cosigner_vkey
from nadzor_wire.note import NoteError

log = structlog.get_logger()

SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"


class WitnessReply(Struct, frozen=True):
    """What goes back to whoever asked."""

    status: int
    media_type: str
    text: str


class WitnessDesk:
    """A witness's directory: its key, and the newest checkpoint signed for each log.

    Durability: a checkpoint is fsynced before its signature exists.
    Order: one decision at a time, across processes; a log's tree only grows here.
    Absence: no key is Refusal witness.no-key; a record that cannot be read is Refusal witness.damaged, never
        a fresh start: a witness that forgot would sign a second history.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            told = msgspec.json.decode((root / "witness.json").read_bytes(), type=_Name)
            seed = unb64((root / "witness.key").read_text().strip(), size=32)
        except FileNotFoundError as error:
            raise Refusal("witness.no-key", at=str(root)) from error
        except (msgspec.DecodeError, ValueError) as error:
            raise Refusal("witness.damaged", at=str(root)) from error
        self.name = told.name
        self.key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def vkey(self) -> str:
        """Its public key, as logs and monitors are told it (C2SP verifier key of a cosigner)."""
        return cosigner_vkey(self.name, self.key.public_key())

    def seen(self, origin: str) -> Seen:
        """What was signed last for a log."""
        try:
            return msgspec.json.decode(self._record(origin).read_bytes(), type=Seen)
        except FileNotFoundError:
            return Seen()
        except (msgspec.DecodeError, ValueError) as error:
            raise Refusal("witness.damaged", at=str(self._record(origin))) from error

    def keep(self, origin: str, seen: Seen) -> None:
        """Remember what is about to be signed."""
        write_atomic(self._record(origin), msgspec.json.encode(seen))

    def keep_evidence(self, seen: Seen, note: str) -> Path:
        """Keep two notes of one log that contradict each other; the same pair once."""
        folder = self.root / "evidence"
        folder.mkdir(exist_ok=True)
        name = hashlib.sha256(note.encode()).hexdigest()[:16]
        write_atomic(
            folder / f"{seen.size}-{name}.json", msgspec.json.encode({"signed": seen.note, "shown": note})
        )
        return folder / f"{seen.size}-{name}.json"

    def _record(self, origin: str) -> Path:
        return self.root / f"log-{hashlib.sha256(origin.encode()).hexdigest()[:32]}.json"


class _Name(Struct, frozen=True):
    name: str
    created: datetime


def create_witness(root: Path, name: str, *, now: datetime) -> WitnessDesk:
    """Make a witness's directory with a new key.

    Raises: Refusal witness.key-exists where there is one already, witness.name for a name that cannot be one.
    """
    if (root / "witness.json").exists():
        raise Refusal("witness.key-exists", at=str(root))
    try:
        cosigner_vkey(name, bytes(32))
    except NoteError as error:
        raise Refusal("witness.name") from error
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    if not (root / "witness.key").exists():
        write_new(root / "witness.key", b64(secrets.token_bytes(32)).encode() + b"\n", mode=0o600)
    write_atomic(root / "witness.json", msgspec.json.encode(_Name(name, now)) + b"\n")
    desk = WitnessDesk(root)
    write_atomic(root / "witness.vkey", desk.vkey.encode() + b"\n")
    return desk


def cosign_checkpoint(
    desk: WitnessDesk, body: bytes, *, logs: Mapping[str, str], now: datetime
) -> WitnessReply:
    """The answer to an add-checkpoint request.

    Why: deciding and remembering happen under one lock, else a slow request could roll the record back.
    """
    asked = read_request(body)
    if isinstance(asked, Deny):
        return _denied(asked)
    with alone(desk.root / ".lock"):
        seen = desk.seen(asked.origin)
        found = decide(asked, logs=logs, seen=seen)
        if isinstance(found, Sign):
            return _signed(desk, asked, found, now=now)
    if found.forked:
        log.error(
            "witness.fork", origin=asked.origin, size=seen.size, at=str(desk.keep_evidence(seen, asked.note))
        )
    elif found.status == 422:
        log.warning("witness.refused", origin=asked.origin, reason=found.reason)
    return _denied(found)


def _signed(desk: WitnessDesk, asked: Asked, found: Sign, *, now: datetime) -> WitnessReply:
    shown = found.checkpoint
    desk.keep(shown.origin, Seen(shown.size, shown.root, asked.note))
    line = cosign(found.text, desk.name, desk.key, time=int(now.timestamp()))
    return WitnessReply(200, TEXT_TYPE, line)


def _denied(found: Deny) -> WitnessReply:
    if found.size is not None:
        return WitnessReply(found.status, SIZE_TYPE, f"{found.size}\n")
    return WitnessReply(found.status, TEXT_TYPE, found.reason + "\n")
