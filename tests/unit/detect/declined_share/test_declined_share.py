# SPDX-License-Identifier: Apache-2.0
"""Rises of the declined share: found, dated, laid to sites and to the version that came with them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.declined_share.detector import detect
from nadzor.detect.moved_share import Params
from nadzor.detect.window import Window
from nadzor.measures.rollup import Row, rows_digest

FIRST = date(2031, 1, 6)
CHANGE = 150


def rows(post, shares, *, versions=None, studies=100, seed=1):
    """Studies and refusals of one post, day by day."""
    device, site = post
    rng = np.random.default_rng(seed)
    made = []
    for i, share in enumerate(shares):
        day, version = FIRST + timedelta(days=i), versions[i] if versions else "1.0"
        counts = (("studies", studies), ("declined", int(rng.binomial(studies, share))))
        made += [Row(day, day, device, version, site=site, measure=m, n=n) for m, n in counts if n]
    return made


def risen(*, days=60, size=5.0):
    """A share of two per cent that rises on the day of change."""
    return [0.02] * CHANGE + [0.02 * size] * days


def test_a_rise_is_found_dated_and_measured():
    """A share that rises by eight points is told within days, and the size is about that."""
    (found,) = detect(rows(("d-1", "s-1"), risen()))
    change = FIRST + timedelta(days=CHANGE)
    assert change <= found.first_day <= change + timedelta(days=7)
    assert found.located.low <= change <= found.located.high
    assert 0.0 < found.effect.low < 0.1 < found.effect.high
    assert found.facts["observed"] > 2 * found.facts["expected"]


def test_the_site_that_declines_is_named_first():
    """Of two sites the one that changed stands first, and both were watched."""
    (found,) = detect(rows(("d-1", "s-1"), [0.02] * 210) + rows(("d-1", "s-2"), risen(), seed=2))
    assert (found.facts["sites"][0], found.facts["sites_watched"]) == ("s-2", 2)


@pytest.mark.parametrize(("released", "named"), [(CHANGE, "1.1"), (CHANGE - 60, "")])
def test_a_release_is_named_when_the_rise_came_with_it(released, named):
    """A version that began to work on the day of the change is named, one of two months before is not."""
    versions = ["1.0"] * released + ["1.1"] * (210 - released)
    (found,) = detect(rows(("d-1", "s-1"), risen(), versions=versions))
    assert (found.version, found.facts["since_version"]) == (named, named)


def test_fewer_refusals_are_no_finding():
    """A device that declines less is not spoken of."""
    assert detect(rows(("d-1", "s-1"), risen(size=0.1))) == []


def test_a_new_site_with_another_share_moves_nothing():
    """A site that joins late is compared with itself alone."""
    late = [
        row for row in rows(("d-1", "s-2"), [0.3] * 260, seed=3) if row.day >= FIRST + timedelta(days=120)
    ]
    assert detect(rows(("d-1", "s-1"), [0.02] * 260) + late) == []


def test_a_registered_baseline_replaces_the_first_days():
    """What happened before a registered window is not what the device is measured against."""
    made = rows(("d-1", "s-1"), [0.1] * 60 + [0.02] * 100 + [0.1] * 40)
    window = Window(FIRST + timedelta(days=60), FIRST + timedelta(days=160))
    (found,) = detect(made, params=Params(registered={"d-1": window}, journal_size=7))
    assert (found.baseline.first, found.baseline.after) == (window.first, window.after)
    assert (found.first_day - FIRST).days >= 160 and found.journal_size == 7


def test_the_digest_is_that_of_the_rows_read():
    """The rows of the device up to the day of the finding, and no other device's."""
    made = rows(("d-1", "s-1"), risen())
    (found,) = detect(made + rows(("d-2", "s-1"), [0.02] * 210, seed=5))
    assert found.rows_hash == rows_digest([row for row in made if row.day <= found.first_day])


def test_three_studies_a_day_are_not_enough():
    """A device that has seen fewer than 400 studies in its baseline is not judged."""
    assert detect(rows(("d-1", "s-1"), risen(size=40), studies=3)) == []
    assert detect(rows(("d-1", "s-1"), risen(size=40), studies=30)) != []
