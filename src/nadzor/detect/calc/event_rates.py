# SPDX-License-Identifier: Apache-2.0
"""Events per processed study of several devices: each against all, rare ones drawn to what is usual."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from nadzor.detect.calc.figures import Count, Figures, Level, Statistic, Whole, paired
from nadzor.detect.stats.shrunken_rates import ShrunkenRate, shrunken_rates


class Rates(Figures, frozen=True, kw_only=True):
    """Events and studies of each device; names may be left out."""

    events: Annotated[list[Count], Meta(min_length=2)]
    studies: list[Whole]
    names: list[str | int] = []
    level: Level = 0.95


class NamedRate(Struct, frozen=True):
    """One device: its rate, and its ratio to the fleet, plain and shrunken, with the limits of the latter."""

    name: str | int
    rate: float
    ratio: float
    shrunken: ShrunkenRate


class FleetRates(Struct, frozen=True):
    """The rate of all together, how much true rates vary (squared, relative), and each device."""

    rate: float
    variation: float
    devices: list[NamedRate]


def _rates(figures: Rates) -> FleetRates:
    names: list[str | int] = figures.names or list(range(len(figures.events)))
    paired(events=figures.events, studies=figures.studies, names=names)
    fleet = shrunken_rates(figures.events, figures.studies, level=figures.level)
    told = zip(names, figures.events, figures.studies, fleet.devices, strict=True)
    return FleetRates(
        fleet.rate,
        fleet.variation,
        [NamedRate(name, n / e, n / e / fleet.rate, one) for name, n, e, one in told],
    )


STATISTICS = (
    Statistic(
        name="rate-comparison", what="Events per study of several devices against the rate of all",
        method="gamma-Poisson shrinkage, Clayton & Kaldor 1987; variation by moments; limits are quantiles of"
        " the posterior gamma",
        equation="ratio ~ gamma(1/v + n, 1/v + E), E = studies x rate of all, v the squared variation",
        figures=Rates, compute=_rates,
        example={"events": [9, 2, 3], "studies": [1000, 1100, 900], "names": ["d-1", "d-2", "d-3"]},
    ),
)  # fmt: skip
