# SPDX-License-Identifier: Apache-2.0
"""Drift: how far the current distribution of a figure lies from its reference."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.calc.figures import Count, Figures, Positive, Statistic
from nadzor.detect.stats import distances

Floats: TypeAlias = NDArray[np.float64]


class Drift(Figures, frozen=True, kw_only=True):
    """Two samples, or two histograms over the same bins in their place.

    `bins` are the registered edges, half-open to the right but for the last; PSI and JS exist only with bins.
    `floor` is the least share of a bin in PSI.
    """

    reference: list[float] = []
    current: list[float] = []
    bins: list[float] = []
    reference_counts: list[Count] = []
    current_counts: list[Count] = []
    floor: Positive = distances.FLOOR


class DriftAnswer(Struct, frozen=True):
    """KS distance with its asymptotic p, Wasserstein-1, PSI and the JS distance to base 2; sizes.

    Of histograms KS is that of the bins, and W1 that of their middles.
    """

    ks: float
    ks_p: float
    w1: float | None
    psi: float | None
    js: float | None
    n_reference: int
    n_current: int


def _drift(figures: Drift) -> DriftAnswer:
    if figures.reference_counts or figures.current_counts:
        return _of_counts(figures)
    values, one, two = distances.aligned(figures.reference, figures.current)
    bins = None
    if figures.bins:
        bins = tuple(distances.binned(part, figures.bins) for part in (figures.reference, figures.current))
    return _told((one, two), bins, w1=_w1(values, one, two), floor=figures.floor)


def _of_counts(figures: Drift) -> DriftAnswer:
    if figures.reference or figures.current:
        raise ValueError("give either samples (reference and current) or counts, not both")
    one, two = (
        np.array(part, dtype=np.float64) for part in (figures.reference_counts, figures.current_counts)
    )
    if len(one) != len(two) or (figures.bins and len(figures.bins) != len(one) + 1):
        raise ValueError("both histograms have one count a bin, and the bins one edge more")
    edges = np.array(figures.bins)
    distances.binned([], figures.bins or [0.0, 1.0])
    w1 = _w1((edges[1:] + edges[:-1]) / 2.0, one, two) if figures.bins else None
    return _told((one, two), (one, two), w1=w1, floor=figures.floor)


def _w1(values: Floats, one: Floats, two: Floats) -> float:
    return distances.w1(values, one, two)


def _told(
    sample: tuple[Floats, Floats], bins: tuple[Floats, ...] | None, *, w1: float | None, floor: float
) -> DriftAnswer:
    one, two = sample
    far = distances.ks(one, two)
    return DriftAnswer(
        ks=far, ks_p=distances.ks_p(far, float(one.sum()), float(two.sum())), w1=w1,
        psi=distances.psi(bins[0], bins[1], floor=floor) if bins else None,
        js=distances.js(bins[0], bins[1]) if bins else None,
        n_reference=int(one.sum()), n_current=int(two.sum()),
    )  # fmt: skip


STATISTICS = (
    Statistic(
        name="drift", what="Distances between a reference and a current distribution",
        method="Smirnov 1948 (KS); Wasserstein-1 (Kantorovich); PSI = Jeffreys 1946; Lin 1991 (JS)",
        equation="ks = max |F - G|, ks_p = 2 sum (-1)^(i-1) exp(-2 i^2 ks^2 nm/(n+m));  w1 = integral "
        "|F - G|;  psi = sum (q - p) ln(q / p) with p, q at least floor;  "
        "js = sqrt((KL2(p, s) + KL2(q, s)) / 2), s = (p + q) / 2",
        figures=Drift, compute=_drift,
        example={"reference": [0.1, 0.2, 0.3, 0.4], "current": [0.2, 0.4, 0.6], "bins": [0, 0.25, 0.5, 1]},
    ),
)  # fmt: skip
