# SPDX-License-Identifier: Apache-2.0
"""Signatures of witnesses under a checkpoint (C2SP tlog-cosignature, Ed25519): "I saw this tree, then"."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.keys import Ed25519PrivateKey, Ed25519PublicKey, public_bytes, signed_by
from nadzor_wire.note import NoteError, check_name, note_text, signatures_of

COSIGNATURE = b"\x04"  # signature type of C2SP tlog-cosignature
TIME_MAX = 2**63 - 1


class Cosigner(Struct, frozen=True):
    """A parsed key of a witness: its name and its public key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that name the key.

        Method: C2SP tlog-cosignature: the first 4 bytes of SHA-256(name, LF, 0x04, key).
        """
        return sha256(self.name.encode() + b"\n" + COSIGNATURE + self.public).digest()[:4]


class Cosignature(Struct, frozen=True):
    """A valid signature by a witness: by whom and when, in seconds since 1970."""

    name: str
    time: int


def cosigner_vkey(name: str, public: Ed25519PublicKey | bytes) -> str:
    """Text of a witness's key: `name+keyid+base64`. Raises: NoteError for a name that cannot be one."""
    check_name(name)
    key = Cosigner(name, public_bytes(public))
    return f"{name}+{key.id.hex()}+{b64(COSIGNATURE + key.public)}"


def parse_cosigner(text: str) -> Cosigner:
    """Key of its text. Raises: NoteError, also for the key of a log."""
    name, _, rest = text.strip().partition("+")
    identity, _, coded = rest.partition("+")
    try:
        data = unb64(coded, size=33)
    except ValueError:
        raise NoteError("witness key is malformed") from None
    check_name(name)
    key = Cosigner(name, data[1:])
    if data[:1] != COSIGNATURE or key.id.hex() != identity:
        raise NoteError("witness key is malformed")
    return key


def cosign(text: str, name: str, private: Ed25519PrivateKey, *, time: int) -> str:
    """One signature line, with its line end, for the text of a checkpoint."""
    if not 0 <= time <= TIME_MAX:
        raise NoteError("time is out of range")
    key = Cosigner(name, private.public_key().public_bytes_raw())
    signature = private.sign(_signed(text, time))
    return f"\u2014 {name} {b64(key.id + time.to_bytes(8, 'big') + signature)}\n"


def cosignatures(note: str, vkeys: Iterable[str]) -> list[Cosignature]:
    """The valid signatures in a note by these witnesses, the newest of each; all others are ignored.

    Raises: NoteError if the note or a key is malformed.
    """
    text, found = note_text(note), list(signatures_of(note))
    valid = []
    for key in map(parse_cosigner, vkeys):
        times = [_time(text, key, coded) for name, coded in found if name == key.name]
        if seen := [time for time in times if time is not None]:
            valid.append(Cosignature(key.name, max(seen)))
    return valid


def _time(text: str, key: Cosigner, coded: bytes) -> int | None:
    """When the witness signed; None if this is not its signature."""
    if len(coded) != 76 or coded[:4] != key.id:
        return None
    time = int.from_bytes(coded[4:12], "big")
    return time if time <= TIME_MAX and signed_by(key.public, coded[12:], _signed(text, time)) else None


def _signed(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
