# SPDX-License-Identifier: Apache-2.0
"""Many tests at once: adjusted p-values."""

from __future__ import annotations

from msgspec import Struct

from nadzor.detect.calc.figures import Figures, Share, Statistic
from nadzor.detect.stats.multiplicity import Adjustment, adjusted


class PValues(Figures, frozen=True, kw_only=True):
    """P-values of all tests made, not only of those that look well."""

    p: list[Share]
    method: Adjustment = "BH"


class Adjusted(Struct, frozen=True):
    """The adjusted values in the order given; significant at level a is a test whose value is at most a."""

    method: Adjustment
    adjusted: list[float]


def _adjust(figures: PValues) -> Adjusted:
    if not figures.p:
        raise ValueError("there is no p-value to adjust")
    return Adjusted(figures.method, adjusted(figures.p, method=figures.method).tolist())


STATISTICS = (
    Statistic(
        name="adjust", what="P-values adjusted for many tests",
        method="Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001; Holm 1979; Hochberg 1988; Bonferroni",
        equation="p sorted ascending, i = 1..m.  BH: min over j >= i of m p_j / j;  BY: BH times 1 + "
        "1/2 + ... + 1/m;  holm: max over j <= i of (m - j + 1) p_j;  "
        "hochberg: min over j >= i of (m - j + 1) p_j;  "
        "bonferroni: m p_i;  none above 1",
        figures=PValues, compute=_adjust, example={"p": [0.01, 0.04, 0.03], "method": "BH"},
    ),
)  # fmt: skip
