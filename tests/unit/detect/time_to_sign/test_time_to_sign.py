# SPDX-License-Identifier: Apache-2.0
"""Reviews signed sooner or later than before: counted once settled, and never by reader or clinic."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.series import Days
from nadzor.detect.time_to_sign.detector import READS, detect, settled_counts
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)
CHANGE = 150
EDGES = np.array(catalogue().edges("time_to_sign"))


def rows(device, medians, *, version="1.0", seed=1, studies=80):
    """Reviews signed about a median of so many hours after their studies, known when they are signed."""
    rng = np.random.default_rng(seed)
    made = []
    for i, median in enumerate(medians):
        day = FIRST + timedelta(days=i)
        hours = median * np.exp(rng.normal(0.0, 0.9, studies))
        cells = np.stack((np.searchsorted(EDGES, hours, side="right"), (hours + 10.0) // 24.0), axis=1)
        for (bin, late), n in zip(*np.unique(cells.astype(int), axis=0, return_counts=True), strict=True):
            known = day + timedelta(days=int(late))
            made.append(Row(day, known, device, version, measure="time_to_sign", bin=int(bin), n=int(n)))
    return made


def moved(factor, *, usual=4.0, days=40):
    """A median that is multiplied on the day of change."""
    return [usual] * CHANGE + [usual * factor] * days


@pytest.mark.parametrize(("factor", "kind"), [(0.3, "signing.hasty"), (5.0, "signing.slow")])
def test_haste_and_delay_are_told_apart(factor, kind):
    """Each is found by its own kind, no earlier than it can be known and within two weeks."""
    (found,) = detect(rows("d-1", moved(factor)))
    change = FIRST + timedelta(days=CHANGE)
    assert found.kind == kind
    assert change + timedelta(days=2) <= found.first_day <= change + timedelta(days=14)
    assert found.effect.low > 0.0


def test_the_last_days_do_not_look_hasty():
    """On every day of a quiet month nothing is said, though of the last days only the soonest are known."""
    made = rows("d-1", [30.0] * 130)
    for end in range(100, 131, 3):
        today = FIRST + timedelta(days=end)
        assert detect([row for row in made if row.known <= today]) == []


def test_what_was_said_stays_when_more_becomes_known():
    """A finding of a day is the same a month later."""
    made = rows("d-1", moved(0.3))
    (later,) = detect(made)
    (then,) = detect([row for row in made if row.known <= later.first_day])
    assert (then.first_day, then.statistic) == (later.first_day, later.statistic)


def test_only_settled_reviews_are_counted():
    """Reviews stand apart by how late they became known, and by when they were signed."""
    told = [(0, 0, 0), (0, 2, 0), (0, 3, 5), (0, 9, 9), (5, 5, 0), (6, 6, 8)]
    made = [
        Row(FIRST + timedelta(days=at), FIRST + timedelta(days=known), "d-1", measure="time_to_sign", bin=bin,
            n=1)
        for at, known, bin in told
    ]  # fmt: skip
    counts = settled_counts(Days.of(made, READS))
    assert counts is not None and (counts.first, counts.newest - counts.first) == (FIRST.toordinal(), 9)
    assert counts.n[:, :, 0, 0].tolist() == [[2, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert counts.n[0, 0, 0].tolist() == [2, 0, 0, 0, 0, 1, 0] and counts.n[0, 2, 0, 6] == 1


def test_no_finding_names_a_site():
    """Nothing below the device and its versions is spoken of."""
    versions = rows("d-1", moved(0.3)[:CHANGE]) + [
        row for row in rows("d-1", moved(0.3), version="1.1") if row.day >= FIRST + timedelta(days=CHANGE)
    ]
    (found,) = detect(versions)
    assert (found.site, found.facts["sites"], found.version) == ("", [], "1.1")


def test_a_quiet_day_of_everybody_is_nobodys():
    """When all of fifteen devices are signed late for ten days, as over a holiday, nobody is named."""
    holiday = [4.0] * CHANGE + [40.0] * 10 + [4.0] * 20
    made = [row for i in range(15) for row in rows(f"d-{i:02d}", holiday, seed=i, studies=40)]
    assert detect(made) == []
