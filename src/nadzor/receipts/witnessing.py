# SPDX-License-Identifier: Apache-2.0
"""What a witness decides about a checkpoint that is shown to it (C2SP tlog-witness): sign it, or why not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.merkle import ProofError, verify_consistency
from nadzor_wire.note import Checkpoint, NoteError, note_text, open_note

from .tree import EMPTY_ROOT

PROOF_MAX: Final = 63  # lines
BODY_MAX: Final = 32_768  # bytes: a proof and a note with many signatures take 20,000
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,15})")


class Seen(Struct, frozen=True):
    """The newest checkpoint that this witness has signed for a log; at first, the empty tree."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: str = ""


class Asked(Struct, frozen=True):
    """A request: the size that its proof begins with, the proof, the note, and the log that it speaks of."""

    old: int
    proof: tuple[bytes, ...]
    note: str
    origin: str  # as the note says it, still unproved


class Sign(Struct, frozen=True):
    """The checkpoint extends what was signed before: keep it, then sign `text`."""

    checkpoint: Checkpoint
    text: str


class Deny(Struct, frozen=True):
    """Why it is not signed; `size` is told with a conflict; `forked` when the log has signed two roots."""

    status: int
    reason: str
    size: int | None = None
    forked: bool = False


def render_request(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """The body of an add-checkpoint request."""
    return "".join([f"old {old}\n", *(f"{b64(step)}\n" for step in proof), "\n", note]).encode()


def read_request(body: bytes) -> Asked | Deny:
    """The request in a body, or a denial for what is none."""
    try:
        head, blank, note = body.decode().partition("\n\n")
        old, *steps = head.split("\n")
        if not blank or not _OLD.fullmatch(old) or len(steps) > PROOF_MAX:
            return Deny(400, "not an add-checkpoint request")
        proof = tuple(unb64(step, size=32) for step in steps)
        return Asked(int(old[4:]), proof, note, Checkpoint.parse(note_text(note)).origin)
    except ValueError:
        return Deny(400, "not an add-checkpoint request")


def decide(asked: Asked, *, logs: Mapping[str, str], seen: Seen) -> Sign | Deny:
    """Whether to sign, given the keys of the logs that are witnessed, by origin, and what was signed before.

    Method: C2SP tlog-witness, add-checkpoint; the checks in its order.
    """
    if asked.origin not in logs:
        return Deny(404, "this log is not witnessed here")
    try:
        text = open_note(asked.note, logs[asked.origin])
    except NoteError:
        return Deny(403, "not signed by the log")
    shown = Checkpoint.parse(text)
    if asked.old > shown.size:
        return Deny(400, "the old size is larger than the checkpoint's")
    return _extends(asked, seen, shown) or Sign(shown, text)


def _extends(asked: Asked, seen: Seen, shown: Checkpoint) -> Deny | None:
    """Why the log's own checkpoint does not extend what was seen; None when it does."""
    if asked.old != seen.size:
        return Deny(409, "another size was signed last", seen.size)
    if seen.size in (0, shown.size) and asked.proof:
        return Deny(422, "a proof where none is needed")
    if shown.size == seen.size and shown.root != seen.root:
        return Deny(409, "another root was signed at this size", seen.size, forked=True)
    if seen.size in (0, shown.size):
        return None
    try:
        verify_consistency(seen.size, shown.size, asked.proof, seen.root, shown.root)
    except ProofError:
        return Deny(422, "the proof does not show growth")
    return None
