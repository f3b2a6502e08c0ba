# SPDX-License-Identifier: Apache-2.0
"""A bundle of deeds and readings proves every row of any tree, and no changed byte of it passes."""

from __future__ import annotations

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from nadzor.receipts.audit_bundle import AuditBundle, ProvedRow, verify_audit_bundle, write_audit_bundle
from nadzor.receipts.audit_leaf import AuditRow, hash_of, salted
from nadzor.receipts.bundle import BundleError
from nadzor.receipts.checkpoint import sign_checkpoint
from nadzor.receipts.tree import Frontier, append, inclusion_proof
from nadzor_wire.base64text import b64
from nadzor_wire.note import vkey

ORIGIN = "nadzor.test/log/audit"
KEY = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
VKEY = vkey(ORIGIN, KEY.public_key())
SECRET = b"\2" * 32


def bundle(texts: list[str], chosen: list[int]) -> bytes:
    """The file of some rows of a tree."""
    leaves = [salted(AuditRow("read" if n % 3 else "deed", n, text), SECRET) for n, text in enumerate(texts)]
    frontier, nodes = append(Frontier(), [hash_of(leaf) for leaf in leaves])
    rows = [
        ProvedRow(
            index=n, leaf=leaves[n],
            proof=tuple(map(b64, inclusion_proof(n, frontier.size, lambda places: nodes))),
        )
        for n in chosen
    ]  # fmt: skip
    note = sign_checkpoint(frontier, origin=ORIGIN, key=KEY)
    made = AuditBundle(
        made_at="2026-11-22T09:00:00+00:00", asked={}, checkpoint=note, rows=tuple(rows), waiting=0
    )
    return write_audit_bundle(made)


@settings(max_examples=60)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=40), st.data())
def test_every_row_of_any_tree_is_proved(texts: list[str], data: st.DataObject) -> None:
    """Whatever the rows and the choice of them, the file is valid and counts them by kind."""
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), unique=True, max_size=6))
    found = verify_audit_bundle(bundle(texts, chosen), VKEY)
    assert (found.deeds + found.reads, found.size) == (len(chosen), len(texts))
    assert found.deeds == sum(not n % 3 for n in chosen)


@settings(max_examples=150)
@given(st.integers(0), st.integers(1, 255))
def test_no_changed_byte_of_a_row_passes(place: int, change: int) -> None:
    """One byte changed anywhere is refused, but in what is only told of the file."""
    raw = bytearray(bundle(["a", "b", "c", "d", "e"], [1, 4]))
    raw[place % len(raw)] ^= change
    try:
        verify_audit_bundle(bytes(raw), VKEY)
    except BundleError:
        return
    told = msgspec.json.decode(bytes(raw))
    honest = msgspec.json.decode(bundle(["a", "b", "c", "d", "e"], [1, 4]))
    same = {name: told[name] == honest[name] for name in ("rows", "title")}
    assert all(same.values())


def test_a_row_does_not_pass_in_the_place_of_another() -> None:
    """A row that was moved, doubled under another index or salted anew is refused and named."""
    made = msgspec.json.decode(bundle(["a", "b", "c", "d"], [0, 1]), type=AuditBundle)
    moved = msgspec.structs.replace(made.rows[1], index=2)
    salt = msgspec.structs.replace(made.rows[1].leaf, salt=made.rows[0].leaf.salt)
    anew = msgspec.structs.replace(made.rows[1], leaf=salt)
    for wrong in (moved, anew):
        forged = msgspec.structs.replace(made, rows=(made.rows[0], wrong))
        with pytest.raises(BundleError) as refused:
            verify_audit_bundle(write_audit_bundle(forged), VKEY)
        assert refused.value.field == "rows[1]"


def test_salts_differ_and_hide_equal_rows() -> None:
    """Two rows of one text have different leaves, and without the secret no leaf can be guessed."""
    first, second = (salted(AuditRow("read", n, "same"), SECRET) for n in (1, 2))
    guessed = salted(AuditRow("read", 1, "same"), b"\3" * 32)
    assert len({hash_of(first), hash_of(second), hash_of(guessed)}) == 3
