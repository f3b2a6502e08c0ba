# SPDX-License-Identifier: Apache-2.0
"""An entry made ready: the same canonical bytes as everyone else would make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from nadzor.journal.sheet import (
    digest_of,
    encode_leaf,
    leaf_of,
    moment_text,
    parse_verdicts,
    prepare,
    receipt_month,
    verdicts_text,
)
from nadzor_wire.canonical import canonical
from nadzor_wire.receipt import Verdict, leaf_bytes, verdicts_digest
from tests.unit.journal.entries import NOW, entry, keys

CODES = st.text(st.characters(codec="ascii", categories=["L", "N"], include_characters="-._:"), max_size=40)
NUMBERS = st.integers(1, 2**53 - 1)


@given(CODES, CODES, NUMBERS, st.binary(max_size=80), st.binary(min_size=16, max_size=16))
def test_our_leaves_are_canonical(device, site, first, base, salt):
    """The quick encoder and the wire's own give the same bytes for any leaf that we can make."""
    made = entry(first, device=device, site=site, base=base, salt=salt, body=b"x")
    leaf = leaf_of(made, moment_text(NOW))
    assert encode_leaf(leaf) == leaf_bytes(leaf)


def test_verdicts_come_back_as_they_were_judged():
    """Rejected and flagged, in canonical text, under the one digest that the sender checks."""
    rejected = (Verdict(2, "event.malformed", "$.id", "Expected `str`"), Verdict(3, "event.too-deep"))
    flagged = (Verdict(1, "narrative.held", "$.narrative", "name"),)
    text = verdicts_text(entry(1, 3, rejected=rejected, shapes=("a", "b"), flagged=flagged))
    assert (parse_verdicts(text).rejected, parse_verdicts(text).flagged) == (rejected, flagged)
    assert canonical(msgspec.json.decode(text)).decode() == text
    assert digest_of(rejected, flagged) == verdicts_digest([*flagged, *rejected])
    assert digest_of((), ()) == verdicts_digest([])


def test_a_moment_has_one_spelling():
    """UTC with microseconds, wherever it was written; texts sort as moments do."""
    moscow = timezone(timedelta(hours=3))
    assert moment_text(datetime(2026, 11, 21, 12, 0, tzinfo=moscow)) == "2026-11-21T09:00:00.000000Z"
    assert moment_text(NOW) < moment_text(NOW + timedelta(microseconds=1))


def test_the_month_of_receipt_is_that_of_the_legal_calendar():
    """An hour before midnight in London it is already next month in Moscow."""
    assert receipt_month(datetime(2026, 11, 30, 20, 59, tzinfo=UTC)) == "2026-11"
    assert receipt_month(datetime(2026, 11, 30, 21, 0, tzinfo=UTC)) == "2026-12"


def test_every_entry_has_its_own_salt_and_seal(tmp_path):
    """The same batch prepared twice has two leaves and two sealed bodies: neither can be guessed."""
    one, two = (prepare(entry(1, 2), keys(tmp_path)) for _ in range(2))
    assert one.hash != two.hash
    assert one.sealed != two.sealed
