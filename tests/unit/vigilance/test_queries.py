# SPDX-License-Identifier: Apache-2.0
"""Questions to the signals: filters, pages, counts, records, and what the asker may not see."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.procedures.signal import CONFIRMED, DISMISSED, EXPLAINED, RAISED, UNDER_REVIEW
from nadzor.vigilance.queries import SignalFilter, open_by_device, record, records, signal, signals
from tests.unit.vigilance.signals import AROUND, FINDING, file_signal

pytestmark = pytest.mark.django_db


def test_pages_follow_each_other_without_a_gap() -> None:
    """Reading page by page by the cursor gives every signal once, newest first."""
    filed = [file_signal(n).pk for n in range(5)]
    first = signals(limit=2)
    second = signals(limit=2, after=first.next)
    third = signals(limit=2, after=second.next)
    read = [row.id for page in (first, second, third) for row in page.rows]
    assert read == filed[::-1]
    assert third.next is None


def test_filters_and_counts() -> None:
    """A filter narrows rows; the counts by state ignore the state asked for, and name every state."""
    file_signal(0)
    file_signal(1, state=EXPLAINED)
    file_signal(2, device="ai-002", detector="silence", state=UNDER_REVIEW)
    assert [row.device for row in signals(SignalFilter(state="open")).rows] == ["ai-002", "ai-001"]
    assert [row.state for row in signals(SignalFilter(state="closed")).rows] == [EXPLAINED]
    assert [row.state for row in signals(SignalFilter(state=RAISED)).rows] == [RAISED]
    page = signals(SignalFilter(device="ai-001", state=RAISED))
    assert (page.by_state[RAISED], page.by_state[EXPLAINED], page.by_state[CONFIRMED]) == (1, 1, 0)
    assert page.total == 2
    assert signals(SignalFilter(detector="silence")).total == 1


def test_times_of_a_filter() -> None:
    """Signals raised or changed since a moment; nothing since a later one."""
    filed = file_signal()
    assert signals(SignalFilter(raised_since=filed.raised_at, changed_since=filed.changed_at)).total == 1
    later = filed.changed_at.replace(year=2027)
    assert (
        signals(SignalFilter(raised_since=later)).total
        == signals(SignalFilter(changed_since=later)).total
        == 0
    )


def test_a_card_holds_the_whole_finding() -> None:
    """The card gives back the finding as the detector made it, its circumstances and the way back."""
    filed = file_signal(11)
    card = signal(filed.pk)
    assert card.raised_by == FINDING == card.latest.finding
    assert card.circumstances == AROUND
    assert card.way_back.measures == ("studies", "failed")
    assert (card.row.effect, card.moves) == (FINDING.effect, ())


def test_what_may_not_be_read_does_not_exist() -> None:
    """Outside the devices one may read, a signal is unknown, uncounted and absent."""
    filed = file_signal()
    others = frozenset({"ai-009"})
    assert signals(SignalFilter(devices=others)).total == 0
    assert records(devices=others) == []
    assert open_by_device(devices=others) == {}
    for id in (filed.pk, 10_000):
        with pytest.raises(Refusal) as refusal:
            signal(id, devices=others)
        assert refusal.value.code == "signal.unknown"


def test_the_share_of_confirmed_counts_decided_signals() -> None:
    """Confirmed among decided; open signals do not dilute it, and a silent detector has no share."""
    for n, state in enumerate((RAISED, CONFIRMED, EXPLAINED, DISMISSED, DISMISSED)):
        file_signal(n, state=state)
    (found,) = records()
    assert (found.raised, found.decided, found.confirmed_share) == (5, 4, 0.25)
    assert record("failure_cusum") == found
    assert record("silence").confirmed_share is None


def test_open_signals_by_device() -> None:
    """Only open signals are counted, and a device without any is not named."""
    file_signal(0)
    file_signal(1, state=DISMISSED)
    file_signal(2, device="ai-002", state=DISMISSED)
    assert open_by_device() == {"ai-001": 1}


def test_evidence_is_never_changed() -> None:
    """A second save or a deletion of evidence is refused as a fault of ours."""
    evidence = file_signal().appended.get()
    with pytest.raises(TypeError, match="only added"):
        evidence.save()
    with pytest.raises(TypeError, match="never deleted"):
        evidence.delete()
