# SPDX-License-Identifier: Apache-2.0
"""What a witness signs and what it does not, check by check."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.receipts.checkpoint import sign_checkpoint
from nadzor.receipts.tree import Frontier, append, consistency_proof
from nadzor.receipts.witnessing import BODY_MAX, Deny, Seen, Sign, decide, read_request, render_request
from nadzor_wire.merkle import leaf_hash
from nadzor_wire.note import vkey

ORIGIN = "log.example/test"
KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))
LOGS = {ORIGIN: vkey(ORIGIN, KEY.public_key())}
LEAVES = [leaf_hash(bytes([n])) for n in range(20)]


def tree(size, *, leaves=LEAVES):
    """A tree of some leaves, and all its nodes."""
    return append(Frontier(), leaves[:size])


def note(size, *, key=KEY, origin=ORIGIN, leaves=LEAVES):
    """The log's checkpoint at a size."""
    return sign_checkpoint(tree(size, leaves=leaves)[0], origin=origin, key=key)


def proof(old, size, *, leaves=LEAVES):
    """The proof of growth between two sizes."""
    return consistency_proof(old, size, lambda places: tree(size, leaves=leaves)[1])


def seen(size):
    """What was signed before."""
    return Seen(size, tree(size)[0].root, note(size))


def decided(old, steps, text, *, before=0):
    """The decision on a request, as it arrives."""
    asked = read_request(render_request(old, steps, text))
    return asked if isinstance(asked, Deny) else decide(asked, logs=LOGS, seen=seen(before))


@pytest.mark.parametrize("old, size", [(0, 0), (0, 1), (0, 20), (3, 8), (8, 9), (7, 20), (20, 20)])
def test_growth_is_signed(old, size):
    """From nothing, from any size to a larger one, and the same tree again."""
    found = decided(old, proof(old, size), note(size), before=old)
    assert isinstance(found, Sign)
    assert (found.checkpoint.size, found.checkpoint.root) == (size, tree(size)[0].root)
    assert found.text == note(size).partition("\n\n")[0] + "\n"


def test_another_size_than_the_last_one_is_told_the_last_one():
    """The sender learns where to begin its proof."""
    for old in (0, 3, 8):
        found = decided(old, proof(old, 20), note(20), before=7)
        assert (found.status, found.size) == (409, 7)


def test_a_smaller_tree_is_never_signed_after_a_larger_one():
    """Whatever it says of itself."""
    assert decided(5, [], note(5), before=7).status == 409
    assert decided(7, [], note(5), before=7).status == 400


def test_two_roots_of_one_size_are_a_fork():
    """The log's own signatures contradict each other: that is evidence."""
    forked = [*LEAVES[:6], leaf_hash(b"other")]
    found = decided(7, [], note(7, leaves=forked), before=7)
    assert (found.status, found.size, found.forked) == (409, 7, True)


def test_a_history_that_does_not_extend_the_last_one_is_not_signed():
    """Its proof cannot verify, and no other proof is taken for it."""
    forked = [*LEAVES[:6], leaf_hash(b"other"), *LEAVES[7:]]
    for steps in (proof(7, 20, leaves=forked), proof(7, 20), [], [bytes(32)]):
        assert decided(7, steps, note(20, leaves=forked), before=7).status == 422


def test_a_proof_where_none_belongs_is_refused():
    """From nothing, and for the same tree, the proof is empty."""
    assert decided(0, [bytes(32)], note(5)).status == 422
    assert decided(7, [bytes(32)], note(7), before=7).status == 422


def test_only_known_logs_and_their_keys():
    """Another origin is not served; another key's word is not believed."""
    assert decided(0, [], note(5, origin="other.example/log")).status == 404
    assert decided(0, [], note(5, key=OTHER)).status == 403


GOOD = render_request(0, [], note(5))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        GOOD.replace(b"old 0", b"old 00"),
        GOOD.replace(b"old 0", b"old -1"),
        GOOD.replace(b"old 0", b"0"),
        GOOD.replace(b"old 0\n", b"old 0\nAAAA\n"),
        GOOD.replace(b"\n\n", b"\n", 1),
        b"old 0\n\nno note at all\n",
        render_request(0, [bytes(32)] * 64, note(5)),
    ],
)
def test_what_is_no_request_is_refused(body):
    """Sizes, hashes and notes have one spelling; 63 steps are the most."""
    assert read_request(body).status == 400


def test_the_largest_request_fits():
    """Sixty-three steps and a checkpoint with many signatures stay under the limit of a body."""
    assert len(render_request(2**53, [bytes(32)] * 63, note(20))) + 100 * 170 < BODY_MAX
