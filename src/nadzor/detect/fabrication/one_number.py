# SPDX-License-Identifier: Apache-2.0
"""Scores that are one number: a device that says the same of every study, from its first day on or later."""

from __future__ import annotations

from datetime import date

import numpy as np
from scipy.special import xlogy

from nadzor.detect.fabrication.declared import Statement
from nadzor.detect.fabrication.ledger import SHARES, Params
from nadzor.detect.score_rows import PAIR, ScoreRows, score_rows, tally
from nadzor.detect.series import Days, Floats, Ints, dense
from nadzor.detect.stats.proportion import clopper_pearson

WEEKS = 4
SCORES_MIN = 100.0
EDGES_MIN = 20
"""A scale of fewer steps may honestly give one of them nearly always."""
NATURAL = 0.5
"""Share of scores that may fall on one step of a registered scale, generously."""
ONE = 0.99


def one_number(days: Days, params: Params) -> list[Statement]:
    """Devices whose scores of four weeks all lie on one step of their registered scale.

    Method: Chernoff's bound of the binomial chance of so large a share on a step where half is natural, less
    the log of the number of steps; looked at on Sundays, told once until it ends.
    """
    days = days.only({PAIR})
    rows = score_rows(days)
    steps = {pair: len(edges) + 1 for pair, edges in params.bins.items() if len(edges) >= EDGES_MIN}
    if rows is None or not steps:
        return []
    devices, findings = days.columns.names["device"], days.columns.names["finding"]
    first, after = _week(days.first), _week(params.after.toordinal() if params.after else days.after)
    pairs, counts = _by_week(rows, len(findings), first, max(0, after - first))
    names = [(devices[pair // len(findings)], findings[pair % len(findings)]) for pair in pairs.tolist()]
    return [
        one
        for name, count in zip(names, counts, strict=True)
        if name in steps
        for one in _told(name, _four_weeks(count), first, np.log(steps[name]) + _limit(params))
    ]


def _limit(params: Params) -> float:
    return float(np.log(53.0 / (params.budget * SHARES["one_number"])))


def _week(ordinal: int) -> int:
    """The week of a day, from Monday to Sunday."""
    return (ordinal - 1) // 7


def _by_week(rows: ScoreRows, findings: int, first: int, weeks: int) -> tuple[Ints, Floats]:
    """Pairs of device and finding, in one number, and their counts by week and step; open weeks left out."""
    told, (pair,) = dense([rows.code["device"] * findings + rows.code["finding"]])
    week = np.minimum((np.arange(rows.first, rows.first + rows.length) - 1) // 7 - first, weeks)
    place = ((pair * (weeks + 1))[:, None] + week) * rows.bins
    cells = ((place[line, column] + bins, n) for line, column, bins, n in rows.pieces())
    shape = (len(told), weeks + 1, rows.bins)
    return told, np.maximum(tally(cells, int(np.prod(shape))).reshape(shape)[:, :-1], 0.0)


def _four_weeks(count: Floats) -> Floats:
    sums = np.cumsum(count, axis=0)
    sums[WEEKS:] -= sums[:-WEEKS].copy()
    return sums


def _told(name: tuple[str, str], count: Floats, first: int, limit: float) -> list[Statement]:
    """Looks at which the evidence passes its limit and did not at the look before."""
    total = count.sum(axis=1)
    share = count.max(axis=1, initial=0.0) / np.maximum(total, 1.0)
    gain = total * (xlogy(share, share / NATURAL) + xlogy(1.0 - share, (1.0 - share) / (1.0 - NATURAL)))
    over = (total >= SCORES_MIN) & (share >= ONE) & (gain >= limit)
    fresh = np.flatnonzero(over & ~np.concatenate(([False], over[:-1]))).tolist()
    seen = [(first + week, float(total[week]), float(share[week])) for week in fresh]
    return [_statement(name, one, (gain[week], limit)) for week, one in zip(fresh, seen, strict=True)]


def _statement(
    name: tuple[str, str], seen: tuple[int, float, float], evidence: tuple[float, float]
) -> Statement:
    week, total, share = seen
    sunday = date.fromordinal(7 * (week + 1))
    bounds = clopper_pearson(round(total * share), total)
    return Statement(
        kind="fabrication.one_number", device=name[0], site="", finding=name[1],
        first=date.fromordinal(7 * (week - WEEKS + 1) + 1), last=sunday, day=sunday,
        evidence=float(evidence[0]), limit=float(evidence[1]),
        effect=("share_on_one_step", float(share), bounds.low, bounds.high), facts={"scores": int(total)},
    )  # fmt: skip
