# SPDX-License-Identifier: Apache-2.0
"""Why no norm is in force, in words that say what to do next."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.problems import Text
from nadzor.law.missing import why_missing
from nadzor.law.norm import NO_EDITION, Entry, Value
from nadzor.workdays.calendar import Checked

CHECKED = Checked(day=date(2030, 1, 1), by="a lawyer", next=date(2031, 1, 1))


def _value(start: date, until: date | None) -> Value:
    return Value(start=start, until=until, value=5, cite="X", status="read")


def _entry(*spans: tuple[int, int | None], hole: Text | None = None, successor: Text | None = None) -> Entry:
    values = tuple(_value(date(first, 1, 1), date(last, 1, 1) if last else None) for first, last in spans)
    what = Text(ru="Что", en="What")
    return Entry(
        what=what, unit="working_day", values=values, checked=CHECKED, hole=hole, successor=successor
    )


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (2029, "it applies from 1 Jan 2030 only"),
        (2036, "the rule lapsed on 1 Jan 2035, its successor is unknown"),
        (2032, NO_EDITION.en),
    ],
)
def test_before_after_and_between(on: int, why: str) -> None:
    """Too early, too late, or in a gap between two editions."""
    assert why_missing(_entry((2030, 2031), (2033, 2035)), date(on, 6, 1)).en == why


def test_a_known_successor_is_named() -> None:
    """Where the next act is known, though not its text, the reader is sent there."""
    after = Text(ru="преемник — приказ", en="its successor is an order")
    assert why_missing(_entry((2030, 2031), successor=after), date(2031, 1, 1)).en.endswith(after.en)


def test_a_hole_speaks_for_itself() -> None:
    """What could not be read is the reason; a norm without even that has none to give."""
    hole = Text(ru="Не прочитано", en="Not read")
    assert why_missing(_entry(hole=hole), date(2030, 1, 1)) == hole
    assert why_missing(_entry((2030, None)), date(2031, 1, 1)) == NO_EDITION
