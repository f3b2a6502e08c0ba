# SPDX-License-Identifier: Apache-2.0
"""The log's signed word about itself."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.receipts.checkpoint import build_checkpoint, sign_checkpoint
from nadzor.receipts.tree import EMPTY_ROOT, Frontier, append
from nadzor_wire.merkle import leaf_hash
from nadzor_wire.note import Checkpoint, NoteError, open_note, vkey

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VKEY = vkey("log.example/test", KEY.public_key())


def test_a_signed_checkpoint_opens_under_the_log_key():
    """Origin, size and root come back from the note that the log key signed."""
    frontier, _ = append(Frontier(), [leaf_hash(b"one"), leaf_hash(b"two"), leaf_hash(b"three")])
    note = sign_checkpoint(frontier, origin="log.example/test", key=KEY)
    assert Checkpoint.parse(open_note(note, VKEY)) == Checkpoint("log.example/test", 3, frontier.root)


def test_an_empty_log_has_a_checkpoint_too():
    """Before the first batch the log already says: size nought, the root of the empty tree."""
    assert build_checkpoint(Frontier(), "log.example/test") == Checkpoint("log.example/test", 0, EMPTY_ROOT)


def test_a_changed_size_is_not_signed():
    """A checkpoint whose size somebody changed does not open."""
    frontier, _ = append(Frontier(), [leaf_hash(b"one")])
    note = sign_checkpoint(frontier, origin="log.example/test", key=KEY)
    with pytest.raises(NoteError):
        open_note(note.replace("\n1\n", "\n2\n"), VKEY)
