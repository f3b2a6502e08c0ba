# SPDX-License-Identifier: Apache-2.0
"""Reading delivery: kinds of rejections, whose refusals they are, the rhythm of a sender."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nadzor.actions.read_delivery import LEAST, Sender, refused_kinds, rejected_kinds, rhythm
from nadzor.journal.reader import Quarantined, RefusedBatch
from nadzor.register.cards import InstallationCard, KeyCard

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOM = InstallationCard(
    "i-1", "ai-001", "s-1", sandbox=False, created=NOW, keys=(KeyCard("aa", "", NOW, None, None),)
)


def test_rejected_events_are_told_by_kind_with_the_newest_of_each():
    """Same code, place and shape are one line; the most frequent first."""
    rows = [
        Quarantined(1, 5, "ai-001", "event.malformed", "$", "{}"),
        Quarantined(2, 7, "ai-001", "event.unknown-field", "$.x", "{x}"),
        Quarantined(3, 9, "ai-001", "event.malformed", "$", "{}"),
    ]
    first, second = rejected_kinds(rows)
    assert (first.code, first.count, first.index, first.seq) == ("event.malformed", 2, 3, 9)
    assert (second.count, second.index) == (1, 2)


def test_refusals_are_those_of_own_keys_only():
    """Another's refused batch, and one without a key, say nothing of this device."""
    rows = [
        RefusedBatch(NOW, "d", "batch.conflict", 1, None, "aa"),
        RefusedBatch(NOW + timedelta(hours=1), "e", "batch.conflict", 1, None, "aa"),
        RefusedBatch(NOW, "f", "batch.conflict", 1, None, "bb"),
        RefusedBatch(NOW, "g", "batch.conflict", None, None, None),
    ]
    (kind,) = refused_kinds(rows, [ROOM])
    assert (kind.count, kind.newest, kind.keyid) == (2, NOW + timedelta(hours=1), "aa")


def test_a_rhythm_needs_two_pauses_and_is_their_median():
    """One long silence does not change what is usual."""
    hours = [NOW + timedelta(hours=n) for n in (0, 1, 2, 50)]
    assert rhythm(hours) == timedelta(hours=1)
    assert rhythm(hours[:2]) is None and rhythm([]) is None


def test_a_sender_is_late_after_it_was_expected_and_not_before():
    """Who never sent is not late but absent."""
    sender = Sender(installation="i-1", site="s-1", expected_at=NOW)
    assert not sender.is_late(NOW) and sender.is_late(NOW + LEAST)
    assert not Sender(installation="i-1", site="s-1").is_late(NOW)
