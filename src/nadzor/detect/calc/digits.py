# SPDX-License-Identifier: Apache-2.0
"""Digits of reported figures against the law they should follow."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct, field

from nadzor.detect.calc.figures import Count, Figures, Statistic
from nadzor.detect.stats.digits import benford, conformity, digits


class DigitCounts(Figures, frozen=True, kw_only=True):
    """How many figures begin with each k digits: a list from 1 (10, 100) on, or an object by digits.

    With `law` uniform the last k digits are meant, from 0 on: those of counts that span many values.
    """

    counts: list[Count] | dict[int, Count]
    k: Literal[1, 2, 3] = 1
    law: Literal["benford", "uniform"] = "benford"


class DigitsAnswer(Struct, frozen=True):
    """Mean absolute deviation with Nigrini's class, chi-squared, largest gap of cumulated shares.

    Above about 10 000 figures chi-squared rejects what conforms: then MAD decides.
    """

    n: int
    mad: float = field(name="MAD")
    chi2: float
    df: int
    p: float
    ks_like: float
    ks_p: float
    conformity: str | None


def _digits(figures: DigitCounts) -> DigitsAnswer:
    law = benford(figures.k) if figures.law == "benford" else np.full(10**figures.k, 0.1**figures.k)
    first = 10 ** (figures.k - 1) if figures.law == "benford" else 0
    one = digits(np.array(_counts(figures, first, len(law)), dtype=np.float64), law)
    named = conformity(one.mad, figures.k) if figures.law == "benford" else None
    return DigitsAnswer(one.n, one.mad, one.chi2, len(law) - 1, one.p, one.farthest, one.farthest_p, named)


def _counts(figures: DigitCounts, first: int, many: int) -> list[int]:
    if isinstance(figures.counts, list):
        return figures.counts
    if strange := sorted(figures.counts.keys() - range(first, first + many)):
        raise ValueError(
            f"{strange[0]} is no digits of this law; they run from {first} to {first + many - 1}"
        )
    return [figures.counts.get(digit, 0) for digit in range(first, first + many)]


STATISTICS = (
    Statistic(
        name="digits", what="Digits of reported figures against Benford's law",
        method="Benford 1938; mean absolute deviation and its classes of Nigrini 2012; Pearson's chi-squared",
        equation="e_d = log10(1 + 1/d), o_d = count_d / n;  MAD = mean |o - e|;  chi2 = n sum (o - e)^2 / "
        "e, p with one degree of freedom less than digits;  ks_like = max |O - E| of cumulated shares",
        figures=DigitCounts, compute=_digits,
        example={"counts": [301, 176, 125, 97, 79, 67, 58, 51, 46], "k": 1},
    ),
)  # fmt: skip
