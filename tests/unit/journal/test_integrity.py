# SPDX-License-Identifier: Apache-2.0
"""The ledgers' questions to a sender: conflicts by day, forks by stream, restores by month."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import msgspec

from nadzor.journal.entry import Declared, RefusalNote
from nadzor.journal.integrity import (
    CONFLICT,
    RESTORED_MAX,
    WINDOW,
    IntegrityNote,
    conflicts,
    find_integrity,
    restored,
)
from nadzor.journal.reader import RefusedBatch, RestoredNote
from tests.unit.journal.entries import NOW, entry, follow

OWNER = "i-000000000001"
KEY = "k" * 16


def refused(digest, *, keyid=KEY, at=NOW, code=CONFLICT, seq=1):
    """A refused batch as the journal keeps it."""
    return RefusedBatch(at, digest, code, seq, None, keyid)


def back(number, *, days, owner=OWNER):
    """A stream that began with a restore so many days after the first."""
    return RestoredNote(bytes([number]) * 16, owner, "ai-001", NOW + timedelta(days=days))


def test_conflicts_are_one_question_a_day():
    """The same batch again adds nothing; a key that nobody owns and other refusals are left out."""
    found = conflicts(
        [
            refused("aa", seq=7), refused("aa", seq=7), refused("bb"), refused("cc", keyid="stranger"),
            refused("dd", keyid=None), refused("ee", code="key.revoked"),
            refused("ff", at=NOW + timedelta(days=1)),
        ],
        {KEY: OWNER},
    )  # fmt: skip
    assert found == [
        IntegrityNote("conflict", OWNER, "2026-11-21", {"batches": 2, "seq": 7, "digests": ["aa", "bb"]}),
        IntegrityNote("conflict", OWNER, "2026-11-22", {"batches": 1, "seq": 1, "digests": ["ff"]}),
    ]


def test_the_fourth_restore_within_the_window_is_a_finding():
    """Three are not, nor is a fourth after the window; another installation's do not count."""
    three = [back(number, days=number) for number in range(RESTORED_MAX)]
    assert restored(three) == []
    assert restored([*three, back(9, days=WINDOW.days + 1)]) == []
    assert restored([*three, back(9, days=5, owner="i-2")]) == []
    (found,) = restored([*three, back(9, days=5), back(10, days=6)])
    assert (found.subject, found.facts) == ("2026-11", {"streams": 5, "days": 30})


def test_the_ledgers_of_a_journal_are_asked(journal, place):
    """A fork, a conflict and four restores in real tables, on either engine."""
    begun = entry(1, 2)
    journal.append([begun, entry(3, 4, prev=b"x" * 32)])
    note = RefusalNote(at=NOW, code=CONFLICT, digest="ab", seq=3, keyid=KEY)
    journal.count_refused(Counter({("2026-11-21", CONFLICT): 1}), [note])
    for number in range(RESTORED_MAX + 1):
        made = entry(stream=bytes([50 + number]) * 16)
        header = msgspec.structs.replace(made.header, restored=True)
        journal.append([msgspec.structs.replace(made, header=header)])
    found = find_integrity(place.reader(), owners={KEY: OWNER})
    assert [(one.kind, one.installation) for one in found] == [
        ("conflict", OWNER),
        ("fork", OWNER),
        ("restored", OWNER),
    ]
    assert found[1].facts == {"batches": 1, "index": 1}


def test_gaps_are_asked_for_by_device_and_installation(journal, place):
    """A partial fill splits a gap; the ledger says when and by whom, and what was declared lost."""
    begun = entry(1, 2)
    other = entry(1, stream=b"2" * 16, installation="i-2", device="ai-002")
    journal.append([begun, other])
    jumped = follow(begun, 10, lost=(Declared(6, 6, "disk-full"),))
    journal.append([jumped, follow(other, 5, installation="i-2", device="ai-002")])
    journal.append([entry(4, 5, received_at=NOW + timedelta(hours=3))])
    reader = place.reader()
    mine = reader.gaps(device="ai-001")
    assert [(gap.first, gap.last, gap.open) for gap in mine] == [(3, 9, False), (3, 3, True), (6, 9, True)]
    assert mine[0].closed_at - mine[0].found_at == timedelta(hours=3)
    assert [gap.device for gap in reader.gaps(installation="i-2")] == ["ai-002"]
    assert reader.gaps(device="ai-001", installation="i-2") == []
    assert len(reader.gaps()) == 4
