# SPDX-License-Identifier: Apache-2.0
"""Signed notes and checkpoints of the log (C2SP signed-note, tlog-checkpoint)."""

from __future__ import annotations

import re
from hashlib import sha256

from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.keys import Ed25519PrivateKey, Ed25519PublicKey, public_bytes, signed_by
from nadzor_wire.limits import INT_MAX

ED25519 = b"\x01"  # signature type of C2SP signed-note
NOTE_MAX = 16_384  # characters: a checkpoint with a dozen cosignatures has about 2,000
_NAME = re.compile(r"[!-*,-~]{1,128}")  # no space, no plus sign
_LINE = re.compile("\u2014 ([!-*,-~]{1,128}) ([A-Za-z0-9+/=]{8,512})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


class NoteError(ValueError):
    """The note is malformed or is not signed by the expected key."""


class VerifierKey(Struct, frozen=True):
    """A parsed vkey: the name of a signer and its public key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that name the key.

        Method: C2SP signed-note: the first 4 bytes of SHA-256(name, LF, type, key).
        """
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]


class Checkpoint(Struct, frozen=True):
    """State of a log: its origin, its size and the root hash over all leaves."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text. Method: C2SP tlog-checkpoint."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Checkpoint of a note text. Raises: NoteError; extension lines are refused."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise NoteError("not a checkpoint")
        if int(lines[1]) > INT_MAX:
            raise NoteError("checkpoint size is too large")
        try:
            return cls(lines[0], int(lines[1]), unb64(lines[2], size=32))
        except ValueError:
            raise NoteError("root hash is malformed") from None


def vkey(name: str, public: Ed25519PublicKey | bytes) -> str:
    """Text of a verifier key: `name+keyid+base64`. Method: C2SP signed-note."""
    check_name(name)
    key = VerifierKey(name, public_bytes(public))
    return f"{name}+{key.id.hex()}+{b64(ED25519 + key.public)}"


def parse_vkey(text: str) -> VerifierKey:
    """Verifier key of its text. Raises: NoteError."""
    name, _, rest = text.strip().partition("+")
    identity, _, coded = rest.partition("+")
    try:
        data = unb64(coded, size=33)
    except ValueError:
        raise NoteError("verifier key is malformed") from None
    key = VerifierKey(name, data[1:])
    if not _NAME.fullmatch(name) or data[:1] != ED25519 or key.id.hex() != identity:
        raise NoteError("verifier key is malformed")
    return key


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """The note: text, blank line, one signature line. Raises: NoteError if the text is not whole lines."""
    if not text.endswith("\n") or not _printable(text):
        raise NoteError("a note is printable whole lines")
    key = VerifierKey(name, private.public_key().public_bytes_raw())
    return f"{text}\n\u2014 {name} {b64(key.id + private.sign(text.encode()))}\n"


def open_note(note: str, vkey: str) -> str:
    """Text of a note that this key has signed; signatures by other keys are ignored.

    Raises: NoteError if the note is malformed or no valid signature by the key is there.
    """
    key, text = parse_vkey(vkey), note_text(note)
    ours = [coded[4:] for name, coded in signatures_of(note) if name == key.name and coded[:4] == key.id]
    if len(ours) != 1 or len(ours[0]) != 64 or not signed_by(key.public, ours[0], text.encode()):
        raise NoteError("note is not signed by the expected key")
    return text


def note_text(note: str) -> str:
    """Text of a note, whoever signed it. Raises: NoteError if the note is malformed."""
    return _halves(note)[0]


def signatures_of(note: str) -> list[tuple[str, bytes]]:
    """The signatures of a note, unchecked: name, and key id with signature. Raises: NoteError."""
    return [_signature(line) for line in _halves(note)[1].split("\n")]


def check_name(name: str) -> None:
    """Raises: NoteError unless this can be the name of a key."""
    if not _NAME.fullmatch(name):
        raise NoteError("a key name has no spaces and no plus signs")


def _halves(note: str) -> tuple[str, str]:
    """Text, and signature lines without the last line end."""
    if len(note) > NOTE_MAX or not _printable(note):
        raise NoteError("note is malformed")
    head, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise NoteError("note has no signatures")
    return head + "\n", tail[:-1]


def _signature(line: str) -> tuple[str, bytes]:
    found = _LINE.fullmatch(line)
    if not found:
        raise NoteError("signature line is malformed")
    try:
        return found[1], unb64(found[2])
    except ValueError:
        raise NoteError("signature line is malformed") from None


def _printable(text: str) -> bool:
    """Whether the text is valid UTF-8 without control characters other than LF."""
    return text.replace("\n", "").isprintable()
