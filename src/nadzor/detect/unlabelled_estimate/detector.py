# SPDX-License-Identifier: Apache-2.0
"""Unlabelled estimate: the performance expected from scores alone has fallen; never that it is well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from msgspec import Struct
from scipy.special import stdtr, stdtrit

from nadzor.detect.context import Context
from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee, Located, code_digest, in_order
from nadzor.detect.monthly import seal_of_look
from nadzor.detect.series import Days
from nadzor.detect.unlabelled_estimate.estimate import (
    BLOCK_WEEKS,
    READS,
    REFERENCE_WEEKS,
    Course,
    courses,
)
from nadzor.measures.bins import Bins
from nadzor.measures.rollup import Row

NAME = "unlabelled_estimate"
BUDGET = 0.005
WEEKS_MIN = 8
"""With fewer weeks in the reference nobody knows how much weeks differ."""
BLOCK_MIN = 3
TOLERANCE = 0.01
"""A fall of a hundredth of the area is what the mix of sites does in a year; only more is said."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told: registered edges of bins, the first day not yet closed, the budget."""

    budget: float = BUDGET
    bins: Bins = {}
    after: date | None = None
    journal_size: int | None = None


class Fall(Struct, frozen=True):
    """Four weeks whose estimate lies below the reference: by how much, in which units, how surely."""

    course: Course
    block: int
    t: float
    limit: float
    p: float
    gap: tuple[float, float, float]
    before: float
    now: float


def detect(rows: Sequence[Row] | Days, *, params: Params | None = None) -> list[Finding]:
    """Falls of the expected area under the curve, four weeks at a time, against the device's own reference.

    Method: expected AUC of each week (Kivimaki et al. 2025, arXiv 2505.05295) by isotonic calibration on the
    labels of the reference; Student's test of four weeks against thirteen, whose spread holds sampling and
    the ordinary differences of weeks alike; the fall must exceed a tolerance of 0.01.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    if not params.bins or not len(days):
        return []
    until = params.after.toordinal() if params.after else int(days.known.max()) + 1
    all_courses = list(courses(days, params.bins, until=until))
    streams = np.bincount([course.device for course in all_courses], minlength=1)
    found = []
    for course in all_courses:
        alpha = params.budget * 7 * BLOCK_WEEKS / 365.0 / int(streams[course.device])
        found += [_finding(fall, days, params) for fall in falls(course, until=until, alpha=alpha)]
    return in_order(found)


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told the registered bins and how far the calendar has come."""
    return detect(
        days, params=Params(bins=context.bins, after=context.after, journal_size=context.journal_size)
    )


def falls(course: Course, *, until: int, alpha: float) -> list[Fall]:
    """The blocks that begin a fall: below the limit, and the block before them not."""
    used = course.usable[:REFERENCE_WEEKS] > 0
    weeks = course.auc[:REFERENCE_WEEKS][used]
    if len(weeks) < WEEKS_MIN:
        return []
    spread, freedom = max(float(weeks.std(ddof=1)), 1e-6), len(weeks) - 1.0
    limit, found, low = -float(stdtrit(freedom, alpha)), [], False
    for block in course.blocks(until):
        at = course.weeks(block)
        now = course.auc[at][course.usable[at] > 0]
        if len(now) < BLOCK_MIN:
            continue
        error = spread * float(np.sqrt(1.0 / len(now) + 1.0 / len(weeks)))
        gap = float(now.mean() - weeks.mean())
        t = (-gap - TOLERANCE) / error
        if t > limit and not low:
            half = -float(stdtrit(freedom, 0.025)) * error
            found.append(
                Fall(course, block, t, limit, float(stdtr(freedom, -t)),
                     (gap, gap - half, gap + half), float(weeks.mean()), float(now.mean()))
            )  # fmt: skip
        low = t > limit
    return found


def _finding(fall: Fall, days: Days, params: Params) -> Finding:
    course, names = fall.course, days.columns.names
    device, finding = names["device"][course.device], names["finding"][course.finding]
    day = date.fromordinal(course.looked(fall.block))
    first = date.fromordinal(course.first)
    start = date.fromordinal(course.first + 7 * course.weeks(fall.block).start)
    rows_hash, rows_read = seal_of_look(days, device, look=day)
    years = (course.looked(fall.block) - course.ready()) / 365.0
    return Finding(
        detector=NAME, code=code_digest(NAME), kind="estimate.fell", device=device, finding=finding,
        statistic=fall.t, threshold=fall.limit,
        guarantee=Guarantee(kind="run_length", budget=params.budget, spent=params.budget * max(0.0, years)),
        baseline=Baseline(
            hash=seal_of_look(days, device, look=date.fromordinal(course.ready()))[0], first=first,
            after=first + timedelta(days=7 * REFERENCE_WEEKS),
            exposure=float(course.counts[:REFERENCE_WEEKS].sum()), events=float(course.cases[0]),
            rate=fall.before,
        ),
        p_value=fall.p,
        effect=Effect(name="estimated_auc_change", estimate=fall.gap[0], low=fall.gap[1], high=fall.gap[2]),
        first_day=day,
        located=Located(day=start, low=start - timedelta(days=7 * BLOCK_WEEKS), high=day),
        journal_size=params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts={
            "observed": fall.now, "expected": fall.before, "design": "baseline", "estimated_only": True,
            "cases": sum(course.cases), "weeks": BLOCK_WEEKS, "estimate_chosen_by_alarm": True,
        },
    )  # fmt: skip
