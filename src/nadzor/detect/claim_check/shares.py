# SPDX-License-Identifier: Apache-2.0
"""Labels of all versions at once, day by day of knowing: right and wrong, and the evidence against claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
from msgspec import Struct

from nadzor.detect.claim_check.claim import FAIR, PAIRS, SELECTION, Claim, Metric
from nadzor.detect.series import Days, Floats, Ints, dense
from nadzor.detect.stats.claim_evidence import log_e_below, may_reach

SHARES: tuple[Metric, ...] = ("sensitivity", "specificity")
CASES_MIN = 20
"""Fewer cases than this are not looked at: nobody is accused on a handful."""


class Contradiction(Struct, frozen=True):
    """A claim of a version, the day on which the evidence first sufficed, and what had been seen by then."""

    claim: Claim
    version: str
    day: date
    events: int
    cases: int
    log_e: float


class Known(Struct, frozen=True):
    """Right and wrong answers of streams (rows) by day of knowing (columns), days as ascending ordinals."""

    device: Ints
    finding: Ints
    version: Ints
    day: Ints
    right: Floats
    wrong: Floats

    def so_far(self) -> tuple[Floats, Floats]:
        """Right answers and cases by the end of each day; half-made corrections count for nothing."""
        right, wrong = (np.maximum(np.cumsum(part, axis=1), 0.0) for part in (self.right, self.wrong))
        return right, right + wrong


def known_answers(days: Days, metric: Metric, *, versions: bool = True) -> Known:
    """Fair labels that bear on a metric, by device, finding and (where told apart) version."""
    fair = np.array([name in FAIR for name in days.columns.names["stratum"]], dtype=bool)
    blocks = [days.block(measure, SELECTION) for measure in PAIRS[metric]]
    blocks = [block.where(fair[block.stratum]) if len(block) else block for block in blocks]
    names = days.columns.names
    wide, deep = len(names["finding"]), len(names["version"]) if versions else 1
    keys = [
        (block.device.astype(np.int64) * wide + block.finding) * deep + (block.version if versions else 0)
        for block in blocks
    ]
    streams, row = dense(keys)
    day, column = dense([block.known for block in blocks])
    shape, size = (len(streams), len(day)), len(streams) * len(day)
    right, wrong = (
        np.asarray(np.bincount(at * len(day) + when, block.n, size), np.float64).reshape(shape)
        for block, at, when in zip(blocks, row, column, strict=True)
    )
    return Known(streams // deep // wide, streams // deep % wide, streams % deep, day, right, wrong)


def contradictions(days: Days, claims: Sequence[Claim], *, alpha: float) -> list[Contradiction]:
    """Claims of sensitivity and specificity against which the evidence suffices, at the first day it does.

    Method: mixture e-process of every version at every day of knowing; a claim of a device with m claims is
    contradicted at e >= m / alpha.
    """
    of_device = Counter(claim.device for claim in claims)
    found: list[Contradiction] = []
    for metric in SHARES:
        asked = [claim for claim in claims if claim.metric == metric]
        if asked:
            found += _of_metric(known_answers(days, metric), days, asked, (alpha, of_device))
    return found


def _of_metric(
    known: Known, days: Days, claims: Sequence[Claim], spend: tuple[float, Counter[str]]
) -> list[Contradiction]:
    rows, which = _matched(known, days, claims)
    if not len(rows):
        return []
    alpha, of_device = spend
    bound = np.array([claims[i].lower_bound for i in which])[:, None]
    limit = np.log(np.array([of_device[claims[i].device] / alpha for i in which]))[:, None]
    right, cases = (part[rows] for part in known.so_far())
    near = np.argwhere(may_reach(right, cases, bound, log_e=limit) & (cases >= CASES_MIN))
    log_e = log_e_below(right[*near.T], cases[*near.T], bound[near[:, 0], 0])
    over = log_e >= limit[near[:, 0], 0]
    firsts: dict[int, tuple[int, float]] = {}
    for (row, at), e in zip(near[over].tolist(), log_e[over].tolist(), strict=True):
        firsts.setdefault(row, (at, e))
    names = days.columns.names["version"]
    return [
        Contradiction(
            claims[which[row]], names[int(known.version[rows[row]])],
            date.fromordinal(int(known.day[at])), int(right[row, at]), int(cases[row, at]), e,
        )
        for row, (at, e) in sorted(firsts.items())
    ]  # fmt: skip


def _matched(known: Known, days: Days, claims: Sequence[Claim]) -> tuple[Ints, list[int]]:
    """Each claim beside each version that has labels for it: rows of the streams, places of the claims."""
    names = days.columns.names
    device, finding = ({name: i for i, name in enumerate(names[key])} for key in ("device", "finding"))
    streams: dict[tuple[int, int], list[int]] = {}
    for row, key in enumerate(zip(known.device.tolist(), known.finding.tolist(), strict=True)):
        streams.setdefault(key, []).append(row)
    pairs = [
        (row, i)
        for i, claim in enumerate(claims)
        for row in streams.get((device.get(claim.device, -1), finding.get(claim.finding, -1)), [])
    ]
    return np.array([row for row, _ in pairs], np.int64), [i for _, i in pairs]
