# SPDX-License-Identifier: Apache-2.0
"""Where a batch belongs in its stream; the numbers are those of journal/placing.py."""

from __future__ import annotations

import pytest

from nadzor.journal.entry import Conflict, Declared, Foreign
from nadzor.journal.placing import (
    Again,
    Arrival,
    Fresh,
    Gap,
    Held,
    Progress,
    advanced,
    covered_by,
    place,
    remains,
)
from nadzor_wire.batch import BatchHeader

STREAM, TAIL, NOUGHT = bytes(16), b"t" * 32, bytes(32)
HERE = Progress("i-1", 0, 11, TAIL)


def arrival(first, last, *, prev=TAIL, whose="i-1", body=b"b" * 32):
    """A batch on its way in."""
    return Arrival(whose, BatchHeader(STREAM, first, last, prev), body)


def test_step_1_the_first_batch_of_a_stream_begins_at_one():
    """A stream that begins later has a gap; one that names a predecessor out of nothing is a fork."""
    assert place(arrival(1, 5, prev=NOUGHT), None, held=None, gaps=()) == Fresh()
    assert place(arrival(4, 5, prev=NOUGHT), None, held=None, gaps=()) == Fresh(gap=(1, 3))
    assert place(arrival(1, 5), None, held=None, gaps=()) == Fresh(forks=NOUGHT)


def test_step_2_a_stream_has_one_owner():
    """Another installation is turned away, even with the right number."""
    assert place(arrival(11, 12, whose="i-2"), HERE, held=None, gaps=()) == Foreign()


def test_step_3_the_same_bytes_are_the_same_batch():
    """A repeat keeps its index; the same numbers with other bytes, or other numbers, conflict."""
    held = Held(7, 6, 10, b"b" * 32)
    assert place(arrival(6, 10), HERE, held=held, gaps=()) == Again(7)
    assert place(arrival(6, 10, body=b"c" * 32), HERE, held=held, gaps=()) == Conflict(11)
    assert place(arrival(6, 9), HERE, held=held, gaps=()) == Conflict(11)


def test_step_4_onward_perhaps_with_a_jump():
    """The next number is expected; a jump is a gap; another predecessor is a fork."""
    assert place(arrival(11, 20), HERE, held=None, gaps=()) == Fresh()
    assert place(arrival(15, 20), HERE, held=None, gaps=()) == Fresh(gap=(11, 14))
    assert place(arrival(11, 20, prev=NOUGHT), HERE, held=None, gaps=()) == Fresh(forks=TAIL)


def test_step_5_a_late_fill_lies_in_one_open_gap():
    """Wholly inside a gap it is welcome, whatever predecessor it names."""
    gap = Gap(3, 6, 2)
    assert place(arrival(4, 5, prev=NOUGHT), HERE, held=None, gaps=(gap,)) == Fresh(fills=gap)


@pytest.mark.parametrize("first, last", [(2, 4), (5, 7), (1, 12), (10, 11), (8, 9)])
def test_step_6_an_overlap_is_a_conflict(first, last):
    """Numbers that are partly or wholly taken are refused, with the number that is expected."""
    assert place(arrival(first, last), HERE, held=None, gaps=(Gap(3, 6, 2),)) == Conflict(11)


def test_a_stream_advances_and_never_goes_back():
    """The next number only grows; the tail is the batch stored last, a late fill too."""
    begun = advanced(arrival(1, 5), None, 3)
    assert (begun.opened, begun.next_seq, begun.tail) == (3, 6, b"b" * 32)
    filled = advanced(arrival(4, 5, body=b"f" * 32), HERE, 9)
    assert (filled.opened, filled.next_seq, filled.tail) == (0, 11, b"f" * 32)


def test_a_partial_fill_leaves_the_rest_open():
    """What a fill does not cover stays a gap, on both sides."""
    gap = Gap(3, 9, 2)
    assert remains(gap, 3, 9) == []
    assert remains(gap, 5, 6) == [(3, 4), (7, 9)]
    assert remains(gap, 3, 4) == [(5, 9)]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ([], None),
        ([(1, 10)], "c1"),
        ([(3, 4)], None),
        ([(3, 5), (6, 8)], "c2"),
        ([(6, 8), (1, 5)], "c1"),
        ([(3, 4), (6, 8)], None),
        ([(3, 7), (4, 5), (8, 8)], "c3"),
    ],
)
def test_declarations_cover_a_gap_together_or_not(told, code):
    """Whatever their order and overlap; one number left out and the gap is not declared."""
    said = [Declared(first, last, f"c{place}") for place, (first, last) in enumerate(told, 1)]
    assert covered_by(Gap(3, 8, 1), said) == code
