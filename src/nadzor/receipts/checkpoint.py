# SPDX-License-Identifier: Apache-2.0
"""The log's signed word about itself: origin, size, root (C2SP tlog-checkpoint)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor_wire.note import Checkpoint, sign_note

from .tree import Frontier


def build_checkpoint(frontier: Frontier, origin: str) -> Checkpoint:
    """What the log says at this size."""
    return Checkpoint(origin=origin, size=frontier.size, root=frontier.root)


def sign_checkpoint(frontier: Frontier, *, origin: str, key: Ed25519PrivateKey) -> str:
    """The checkpoint as a signed note.

    Why: called only for a frontier recomputed from committed rows: the log never signs what it may lose.
    """
    return sign_note(build_checkpoint(frontier, origin).text(), origin, key)
