# SPDX-License-Identifier: Apache-2.0
"""The detector's sum, recomputed for the eye."""

from __future__ import annotations

from datetime import date, timedelta

from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee
from nadzor.portal.signal_chart import Day, excursion

START = date(2026, 9, 1)


def finding(**parts):
    """A rise of failures with a baseline of one in a hundred."""
    plain = {
        "detector": "failure_cusum",
        "code": "c" * 64,
        "kind": "failure.rise",
        "device": "ai-001",
        "statistic": 9.0,
        "threshold": 4.0,
        "guarantee": Guarantee(kind="run_length", budget=0.04, spent=0.01),
        "baseline": Baseline(hash="b" * 64, first=START, after=START + timedelta(days=3), rate=0.01),
        "effect": Effect(name="rate_ratio", estimate=3.0, low=2.0, high=4.0),
        "first_day": START + timedelta(days=6),
        "rows_hash": "r" * 64,
        "rows_read": 7,
        "facts": {"designed_for_ratio": 3.0},
    }
    return Finding(**plain | parts)


def days(*failed):
    """A hundred studies a day, of which so many failed."""
    return [Day(START + timedelta(days=n), 100, count) for n, count in enumerate(failed)]


def test_the_sum_waits_for_the_baseline_to_end_and_grows_with_the_excess():
    """Failures inside the baseline count nothing; later the excess adds up to a ceiling."""
    path = excursion(days(9, 9, 9, 0, 5, 5, 5), finding())
    assert path[:4] == [0.0, 0.0, 0.0, 0.0]
    assert 0 < path[4] < path[5]
    assert path[6] == 6.0


def test_over_dispersion_slows_the_sum():
    """Twice the variance, half the step."""
    plain = excursion(days(0, 0, 0, 3), finding())[-1]
    assert excursion(days(0, 0, 0, 3), finding(over_dispersion=2.0))[-1] == plain / 2


def test_a_day_without_studies_has_no_share():
    """Nothing of nothing is not zero per cent."""
    assert (Day(START, 0, 0).share, Day(START, 4, 1).share) == (None, 0.25)
