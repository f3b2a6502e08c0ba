# SPDX-License-Identifier: Apache-2.0
"""One log goes on where another ended: a note that says so, signed by the key of each of the two."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.keys import Ed25519PrivateKey
from nadzor_wire.limits import INT_MAX
from nadzor_wire.note import NoteError, open_note, parse_vkey, sign_note

HEAD: Final = "nadzor log succession v1"
_LINES: Final = 6  # with what follows the last line feed


class Succession(Struct, frozen=True):
    """The log of key `former` ended with `size` leaves under `root`; that of key `next` carries them on."""

    former: str
    size: int
    root: bytes
    next: str

    def text(self) -> str:
        """The text of the note: head, former key, size, root (base64), next key."""
        return f"{HEAD}\n{self.former}\n{self.size}\n{b64(self.root)}\n{self.next}\n"


def sign_succession(told: Succession, former: Ed25519PrivateKey, key: Ed25519PrivateKey) -> str:
    """The note under both keys.  Why both: the next key proves that it agreed to be the next one."""
    first, second = (
        sign_note(told.text(), parse_vkey(vkey).name, private)
        for vkey, private in ((told.former, former), (told.next, key))
    )
    return first + second.rpartition("\n\n")[2]


def open_succession(note: str, pinned: str) -> Succession:
    """What a note says, once it is signed by the pinned key and by the one that it names as the next.

    Raises: NoteError saying which of the two did not sign, or that it is about another log.
    """
    told = _parsed(open_note(note, pinned))
    if told.former != pinned:
        raise NoteError("the succession is of another log")
    if parse_vkey(told.next).name == parse_vkey(pinned).name:
        raise NoteError("the next log has the same name")
    open_note(note, told.next)
    return told


def _parsed(text: str) -> Succession:
    lines = text.split("\n")
    if len(lines) != _LINES or lines[0] != HEAD or not lines[2].isascii() or not lines[2].isdigit():
        raise NoteError("not a succession")
    try:
        told = Succession(lines[1], int(lines[2]), unb64(lines[3], size=32), lines[4])
    except ValueError:
        raise NoteError("not a succession") from None
    if told.size > INT_MAX or told.text() != text:
        raise NoteError("not a succession")
    return told
