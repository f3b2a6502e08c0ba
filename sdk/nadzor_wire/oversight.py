# SPDX-License-Identifier: Apache-2.0
"""Whether what a log shows now grew from what it showed before, checked by anybody who kept a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

from nadzor_wire.base64text import unb64
from nadzor_wire.merkle import ProofError, verify_consistency
from nadzor_wire.note import Checkpoint, NoteError, open_note


class LogError(ValueError):
    """The log contradicts itself, or does not prove that it does not; `code` says how."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


def open_checkpoint(note: str, vkey: str) -> Checkpoint:
    """The checkpoint in a note of the log. Raises: LogError `log.signature`."""
    try:
        return Checkpoint.parse(open_note(note, vkey))
    except NoteError as bad:
        raise LogError("log.signature", str(bad)) from None


def check_growth(seen: Checkpoint, shown: Checkpoint, proof: Sequence[str]) -> None:
    """Checks that the tree shown has the tree seen as its beginning; `proof` is base64, RFC 9162 2.1.4.

    Raises: LogError `log.shrunk`, `log.fork` (two roots of one size) or `log.rewritten`.
    """
    if shown.size < seen.size:
        raise LogError("log.shrunk", f"{seen.size} leaves were seen, {shown.size} are shown")
    if shown.size == seen.size and shown.root != seen.root:
        raise LogError("log.fork", f"two roots for {seen.size} leaves")
    if seen.size in (0, shown.size):
        return
    try:
        steps = [unb64(step, size=32) for step in proof]
        verify_consistency(seen.size, shown.size, steps, seen.root, shown.root)
    except (ProofError, ValueError) as bad:
        raise LogError("log.rewritten", str(bad)) from None
