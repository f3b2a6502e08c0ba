# SPDX-License-Identifier: Apache-2.0
"""The estimate without labels: what it equals, what it needs, and that it can only warn."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from msgspec import structs

from nadzor.detect.context import Context
from nadzor.detect.series import Days
from nadzor.detect.stats.auc import auc_of_counts
from nadzor.detect.unlabelled_estimate.detector import READS, Params, detect, watch
from nadzor.detect.unlabelled_estimate.estimate import estimates, expected_auc
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)
EDGES = [2000, 4000, 6000, 8000]
BINS = {("d-1", "nodule"): EDGES}
SHARES = (0.02, 0.05, 0.2, 0.6, 0.95)
MIDDLES = (1000, 3000, 5000, 7000, 9000)
SHARP, BLUNT = (600, 200, 80, 60, 60), (200, 400, 250, 130, 20)


def scores(weeks, histogram, *, start=0, seed=3):
    """Weekly histograms of scores."""
    rng, rows = np.random.default_rng(seed), []
    for week in range(start, start + weeks):
        day = FIRST + timedelta(days=7 * week + 2)
        for place, n in enumerate(rng.multinomial(sum(histogram), np.array(histogram) / sum(histogram))):
            rows.append(Row(day, day, "d-1", "1.0", measure="scores", finding="nodule", bin=place, n=int(n)))
    return rows


def labels(*, cases=100, selection="random", known=60):
    """Labels of the reference: each bin with its share of present cases."""
    day = FIRST + timedelta(days=20)
    rows = []
    for score, share in zip(MIDDLES, SHARES, strict=True):
        for measure, part in (("score_present", share), ("score_absent", 1 - share)):
            rows.append(
                Row(day, day + timedelta(days=known), "d-1", "1.0", dimension="selection", stratum=selection,
                    measure=measure, finding="nodule", bin=score, n=round(cases * part))
            )  # fmt: skip
    return rows


def told(rows, after=None):
    """What the detector says."""
    return detect(rows, params=Params(bins=BINS, after=after))


def test_a_fall_of_the_estimate_is_said_as_an_estimate():
    """Scores grow blunt in week 26: the finding says so, with the size, and that it is only estimated."""
    rows = scores(26, SHARP) + scores(20, BLUNT, start=26) + labels()
    (found,) = told(rows)
    start = FIRST + timedelta(days=2 + 7 * 25)
    assert (found.kind, found.device, found.finding) == ("estimate.fell", "d-1", "nodule")
    assert found.effect.low <= found.effect.estimate <= found.effect.high < -0.01
    assert found.facts["estimated_only"] is True
    assert found.located.day >= start - timedelta(days=28)
    assert found.first_day > start


def test_a_rise_of_the_estimate_says_nothing():
    """It never clears a device, nor praises it."""
    assert told(scores(26, BLUNT) + scores(20, SHARP, start=26) + labels()) == []


@pytest.mark.parametrize(
    "rows",
    [labels(cases=10), labels(selection="positives"), labels(known=400), []],
    ids=["few", "chosen", "too late", "none"],
)
def test_without_fair_labels_there_is_no_estimate(rows):
    """Too few, chosen, late or no labels calibrate nothing."""
    whole = scores(26, SHARP) + scores(20, BLUNT, start=26) + rows
    assert told(whole) == []
    assert estimates(Days(whole, READS), BINS, until=date(2032, 6, 1), thresholds={}) == []


def test_without_registered_bins_there_is_no_estimate():
    """Bins whose edges nobody registered have no meaning."""
    rows = scores(26, SHARP) + scores(20, BLUNT, start=26) + labels()
    assert detect(rows) == []
    assert watch(Days(rows, READS), Context(bins={("d-1", "other"): EDGES})) == []
    assert len(watch(Days(rows, READS), Context(bins=BINS))) == 1


def test_three_studies_a_day_are_not_enough():
    """Weeks with fewer than fifty scores have no estimate."""
    assert told(scores(26, (12, 4, 2, 1, 1)) + scores(20, (2, 8, 5, 3, 2), start=26) + labels()) == []


def test_the_expected_area_is_that_of_expected_counts():
    """Against the Mann-Whitney area of the same expected cases."""
    counts, shares = np.array(SHARP, float), np.array(SHARES)
    present = dict(enumerate((counts * shares).tolist()))
    absent = dict(enumerate((counts * (1 - shares)).tolist()))
    assert expected_auc(counts, shares) == pytest.approx(auc_of_counts(present, absent).auc)
    assert expected_auc(np.zeros(5), shares) == 0.0


def test_four_weeks_are_estimated_at_a_time():
    """Area and, where a threshold is known, accuracy; both as expected from the calibrated shares."""
    rows = scores(40, SHARP) + labels()
    told_ = estimates(Days(rows, READS), BINS, until=date(2032, 6, 1), thresholds={("d-1", "nodule"): 6000})
    assert [(one.after - one.first).days for one in told_] == [28] * len(told_)
    expected = sum(
        n * (share if middle >= 6000 else 1 - share)
        for n, share, middle in zip(SHARP, SHARES, MIDDLES, strict=True)
    )
    assert told_[0].performance.accuracy == pytest.approx(expected / sum(SHARP), abs=0.02)
    plain = estimates(Days(rows, READS), BINS, until=date(2032, 6, 1), thresholds={})
    assert plain[0].performance.accuracy is None
    assert plain[0].performance.roc_auc == told_[0].performance.roc_auc


def test_late_scores_change_nothing_that_was_said():
    """What becomes known months later is not used for weeks long judged."""
    rows = scores(26, SHARP) + scores(20, BLUNT, start=26) + labels()
    late = [structs.replace(row, known=date(2032, 3, 1), n=9 * row.n) for row in rows[:60]]
    assert [one.statistic for one in told(rows + late, date(2031, 12, 1))] == [
        one.statistic for one in told(rows, date(2031, 12, 1))
    ]
