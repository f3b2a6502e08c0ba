# SPDX-License-Identifier: Apache-2.0
"""Progress against a plan: what was reached, at which pace, and when the sample would be whole."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.statutory.monitoring_progress import progress
from tests.rollup_samples import row

TODAY = date(2026, 1, 15)


def so_far(target, *, n=10, ends=None, rows=None):
    """Progress of a year of so many labels a month."""
    told = rows or [row("labels", n, date(2025, month, 10), finding="nodule") for month in range(1, 13)]
    since = date(2025, 1, 1)
    return progress(told, device="ai-901", target=target, since=since, today=TODAY, ends=ends)


@pytest.mark.parametrize(
    ("target", "ends", "outlook", "by"),
    [
        (None, None, "no_target", ""),
        (0, None, "no_target", ""),
        (120, None, "reached", ""),
        (121, None, "in_time", "2026-02"),
        (150, None, "in_time", "2026-04"),
        (150, date(2026, 4, 1), "in_time", "2026-04"),
        (150, date(2026, 3, 31), "too_late", "2026-04"),
        (10**9, None, "standing_still", ""),
    ],
)
def test_the_outlook(target, ends, outlook, by) -> None:
    """At ten labels a month, 120 by now: when the target is reached, and has the plan ended by then."""
    found = so_far(target, ends=ends)
    assert (found.reached, found.pace, found.outlook, found.by) == (120, 10, outlook, by)


def test_no_labels_of_late_is_standing_still() -> None:
    """Labels that stopped half a year ago give no pace, and no month is made up."""
    old = [row("labels", 50, date(2025, 3, 10), finding="nodule")]
    found = so_far(100, rows=old)
    assert (found.reached, found.pace, found.outlook, found.missing) == (50, 0, "standing_still", 50)


def test_a_study_labelled_for_two_findings_is_one_subject() -> None:
    """The finding with most labels is counted, not the sum: a study may carry a label of each."""
    told = [row("labels", n, date(2025, 12, 10), finding=name) for name, n in (("a", 30), ("b", 40))]
    found = so_far(100, rows=told)
    assert (found.reached, found.finding) == (40, "b")


def test_days_before_the_plan_and_splits_do_not_count() -> None:
    """A label of a day before the plan, of another device, or of a split of the same labels is left out."""
    told = [
        row("labels", 5, date(2024, 12, 31), finding="a"),
        row("labels", 6, date(2025, 5, 5), finding="a", device="ai-902"),
        row("labels", 7, date(2025, 5, 5), finding="a", dimension="selection", stratum="all"),
        row("labels", 8, date(2025, 5, 5), finding="a"),
    ]
    assert so_far(100, rows=told).reached == 8
