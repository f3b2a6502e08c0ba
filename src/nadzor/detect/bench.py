# SPDX-License-Identifier: Apache-2.0
"""How long the detectors take on a year of a whole country."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from time import perf_counter
from typing import Literal, TypeVar

import numpy as np
from msgspec import Struct

from nadzor.detect.claim_check import detector as claim_check
from nadzor.detect.claim_check.claim import READS as CLAIM_READS
from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.failure_cusum import detector as failure_cusum
from nadzor.detect.series import Days
from nadzor.detect.silence import detector as silence
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)
T = TypeVar("T")
METRICS: tuple[tuple[Literal["sensitivity", "specificity"], float], ...] = (
    ("sensitivity", 0.92),
    ("specificity", 0.90),
)
READS = frozenset((*silence.READS, *failure_cusum.READS, *CLAIM_READS))
WEEK = np.array((1.1, 1.1, 1.05, 1.05, 1.0, 0.35, 0.2))


class DetectorTimes(Struct, frozen=True, kw_only=True):
    """Seconds for a population of devices over days.

    `parse_s` is reading the rows into columns, once for all detectors; `total_s` is all of it.
    """

    devices: int
    days: int
    rows: int
    parse_s: float
    silence_s: float
    failure_cusum_s: float
    claim_check_s: float
    total_s: float


def year_of_rows(devices: int, days: int, *, seed: int = 1) -> list[Row]:
    """Rows of quiet devices, one site each: studies, failures, heartbeats and labels of a tenth."""
    rng = np.random.default_rng(seed)
    calendar = [FIRST + timedelta(days=i) for i in range(days)]
    week = np.resize(WEEK, days)
    rows: list[Row] = []
    for i in range(devices):
        studies = rng.poisson(rng.lognormal(3.2, 0.8) * week)
        labels = rng.binomial(studies, 0.1)
        present = rng.binomial(labels, 0.12)
        tp, tn = rng.binomial(present, 0.92), rng.binomial(labels - present, 0.90)
        whole = {"studies": studies, "failed": rng.binomial(studies, 0.01), "heartbeats": np.ones(days, int)}
        cells = {"tp": tp, "fn": present - tp, "tn": tn, "fp": labels - present - tn}
        pattern = Row(FIRST, FIRST, f"d-{i:03d}", "1.0", site=f"s-{i:03d}")
        for measure, counts in whole.items():
            rows += _rows(pattern, calendar, counts.tolist(), (measure, "all", "", ""))
        for measure, counts in cells.items():
            rows += _rows(pattern, calendar, counts.tolist(), (measure, "selection", "random", "nodule"))
    return rows


def bench_detectors(devices: int = 500, days: int = 365) -> DetectorTimes:
    """All detectors on so many devices and days, limits worked out anew."""
    rows = year_of_rows(devices, days)
    claims = [
        Claim(device=f"d-{i:03d}", finding="nodule", metric=metric, value=value, lower_bound=value - 0.05)
        for i in range(devices)
        for metric, value in METRICS
    ]
    parse_s, parsed = timed(lambda: Days(rows, READS))
    silence_s, _ = timed(lambda: silence.detect(parsed))
    failure_s, _ = timed(lambda: failure_cusum.detect(parsed))
    claim_s, _ = timed(lambda: claim_check.detect(parsed, claims=claims))
    return DetectorTimes(
        devices=devices, days=days, rows=len(rows), parse_s=parse_s, silence_s=silence_s,
        failure_cusum_s=failure_s, claim_check_s=claim_s, total_s=parse_s + silence_s + failure_s + claim_s,
    )  # fmt: skip


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """How long a piece of work took, and what it gave."""
    began = perf_counter()
    result = work()
    return perf_counter() - began, result


def _rows(
    pattern: Row, days: Sequence[date], counts: list[int], what: tuple[str, str, str, str]
) -> list[Row]:
    measure, dimension, stratum, finding = what
    return [
        Row(
            day, day, pattern.device, pattern.version, "", pattern.site, "", dimension, stratum, measure,
            finding, -1, n,
        )
        for day, n in zip(days, counts, strict=True)
        if n
    ]  # fmt: skip
