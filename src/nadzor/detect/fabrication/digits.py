# SPDX-License-Identifier: Apache-2.0
"""Round numbers: days whose counts end in 0 or 5 far more often than counts do."""

from __future__ import annotations

import numpy as np

from nadzor.detect.fabrication.ledger import Ledger, Trace, excursions, reset_sums
from nadzor.detect.stats.proportion import clopper_pearson
from nadzor.detect.stats.volume import Floats

BASES = ((5, 0.25), (10, 0.15))
"""Round numbers, and the share of counts that may be multiples of them by nature, generously."""
INVENTED = 0.9
"""Share of round counts where counts are invented."""


def round_scores(counts: Floats, base: int, natural: float) -> Floats:
    """Log likelihood ratio of "most counts are round" for each count; a day without any says nothing."""
    told = np.array([np.log((1.0 - INVENTED) / (1.0 - natural)), np.log(INVENTED / natural), 0.0])
    hit = (counts.astype(np.int64) % base == 0).astype(np.int8)
    return np.asarray(told[np.where(counts > 0, hit, 2)])


def round_numbers(ledger: Ledger) -> list[Trace]:
    """Sites whose daily counts are round.

    Method: CUSUM of the log likelihood ratio; a chart passes h on a day by chance exp(-h) at most.
    """
    limit = ledger.limit("round_numbers", looks=365.0 * len(BASES))
    found = []
    for base, natural in BASES:
        total = reset_sums(round_scores(ledger.studies, base, natural))
        cells = zip(*(part.tolist() for part in excursions(total, limit)), strict=True)
        found += [_round(ledger, total, limit, (base, *cell)) for cell in cells]
    return found


def _round(ledger: Ledger, total: Floats, limit: Floats, at: tuple[int, int, int, int]) -> Trace:
    base, stream, start, column = at
    days = ledger.studies[stream, start : column + 1]
    worked = days[days > 0]
    hits = float((np.mod(worked, base) == 0).sum())
    share = clopper_pearson(hits, float(len(worked)))
    return Trace(
        kind="fabrication.round_numbers", stream=stream, start=start, column=column,
        evidence=float(total[stream, column]), limit=float(limit[stream]),
        effect=("share_of_round_counts", hits / len(worked), share.low, share.high),
        facts={"base": base, "days_round": int(hits), "days_worked": len(worked)},
    )  # fmt: skip
