# SPDX-License-Identifier: Apache-2.0
"""Monthly looks: what each of them could know, whatever came later."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from nadzor.detect.monthly import Looks, cells, looks, seal_of_look, trailing
from nadzor.detect.series import Days
from nadzor.measures.rollup import Row

PAIRS = (("failed", "all"), ("studies", "all"))


def row(day, n=1, *, known=None, measure="studies", site="s-1", device="d-1"):
    """A count of a day, known on it unless said."""
    return Row(day, known or day, device, "1.0", site=site, measure=measure, n=n)


def counted(rows, *, after, months=3):
    """Trailing studies of the one unit, look by look."""
    days = Days(rows, PAIRS)
    at, block = looks(days, after), days.block("studies")
    return trailing(block, np.zeros(len(block), np.int64), units=1, at=at, months=months)[0].tolist()


def test_a_look_is_taken_on_the_eighth_day_of_the_next_month():
    """January is looked at on 8 February, and its window of three months begins in November."""
    at = Looks(first=(2031 - 1970) * 12, count=12)
    assert (at.day(0), at.day(11)) == (date(2031, 2, 8), date(2032, 1, 8))
    assert at.window(0, 3) == (date(2030, 11, 1), date(2031, 2, 1))


@pytest.mark.parametrize(("after", "count"), [(date(2031, 2, 8), 0), (date(2031, 2, 9), 1), (None, 0)])
def test_a_look_waits_until_its_day_is_over(after, count):
    """On 8 February the look at January is not taken yet; on the ninth it is."""
    assert looks(Days([row(date(2031, 1, 3))], PAIRS), after).count == count


def test_a_window_holds_three_months():
    """A study of January counts in January, February and March, not in April."""
    assert counted([row(date(2031, 1, 31))], after=date(2031, 6, 1)) == [1, 1, 1, 0]
    assert counted([row(date(2031, 1, 31))], after=date(2031, 6, 1), months=1) == [1, 0, 0, 0]


def test_what_became_known_later_counts_from_then_on():
    """Known on 8 February it is in the look of that day; on the ninth only in the next."""
    in_time = row(date(2031, 1, 31), known=date(2031, 2, 8))
    late = row(date(2031, 1, 31), 5, known=date(2031, 2, 9))
    assert counted([in_time, late], after=date(2031, 6, 1)) == [1, 6, 6, 0]
    assert counted([row(date(2031, 1, 1)), row(date(2031, 1, 5), 9, known=date(2031, 5, 1))], after=None) == [
        1, 1, 1,
    ]  # fmt: skip


def test_a_date_of_another_century_does_not_fill_the_memory():
    """At most twenty years of looks."""
    rows = [row(date(1, 1, 3)), row(date(2031, 1, 3))]
    assert looks(Days(rows, PAIRS), date(2031, 6, 1)).count == 240


def test_cells_are_by_site_and_never_impossible():
    """More failures than studies are as many; negative counts are none."""
    day = date(2031, 1, 3)
    rows = [
        row(day, 4), row(day, 9, measure="failed"), row(day, -3, site="s-2"), row(day, 2, site="s-3"),
    ]  # fmt: skip
    days = Days(rows, PAIRS)
    made = cells(
        days, events=PAIRS[:1], others=PAIRS[1:], at=looks(days, date(2031, 3, 1)), months=3, whole=True
    )
    assert made.events[:, 0].tolist() == [4, 0, 0]
    assert made.trials[:, 0].tolist() == [4, 0, 2]
    assert made.group.tolist() == [0, 0, 0]
    assert [days.columns.names["site"][part] for part in made.part] == ["s-1", "s-2", "s-3"]


def test_no_rows_make_no_cells():
    """Nothing in, nothing out."""
    days = Days([], PAIRS)
    at = looks(days, None)
    made = cells(days, events=PAIRS[:1], others=PAIRS[1:], at=at, months=3)
    assert (at.count, made.events.shape) == (0, (0, 0))


def test_a_seal_covers_what_the_look_could_know():
    """A row of the window that became known after the look is not under its seal."""
    rows = [row(date(2031, 1, 3)), row(date(2031, 1, 4), known=date(2031, 2, 9)), row(date(2030, 9, 4))]
    days = Days([*rows, row(date(2031, 1, 3), device="d-2")], PAIRS)
    assert seal_of_look(days, "d-1", look=date(2031, 2, 8)) == Days([rows[0], rows[2]], PAIRS).seal()
    assert (
        seal_of_look(days, "d-1", look=date(2031, 2, 8), first=date(2030, 11, 1))
        == Days(rows[:1], PAIRS).seal()
    )
