# SPDX-License-Identifier: Apache-2.0
"""Every statistic by its name, JSON in and JSON out: an expert recomputes any figure without a database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from nadzor.base.problems import Refusal
from nadzor.detect.stats.auc import Area, AreaDifference, auc_of_cases, auc_of_counts, delong_paired
from nadzor.detect.stats.cusum_arl import (
    Sided,
    binomial_cusum_arl,
    binomial_cusum_threshold,
    normal_cusum_arl,
    normal_cusum_threshold,
    normal_ewma_arl,
    poisson_cusum_arl,
    poisson_cusum_threshold,
)
from nadzor.detect.stats.poisson_rate import RateRatio, rate_ratio, silence_evidence
from nadzor.detect.stats.proportion import (
    Bounds,
    clopper_pearson,
    newcombe,
    smallest_detectable_drop,
    wilson,
)

Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Level = Annotated[float, Meta(gt=0, lt=1)]


class Figures(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a statistic is computed from."""


class Auc(Figures, frozen=True, kw_only=True):
    """Either cases (scores and present) or counts by integer score (present_counts and absent_counts)."""

    scores: list[float] = []
    present: list[bool] = []
    present_counts: dict[int, Count] = {}
    absent_counts: dict[int, Count] = {}
    level: Level = 0.95


class AucPaired(Figures, frozen=True, kw_only=True):
    """Two scores of the same cases, and where the finding was present."""

    first: list[float]
    second: list[float]
    present: list[bool]


class Proportion(Figures, frozen=True, kw_only=True):
    """Events among trials."""

    events: Count
    trials: Annotated[int, Meta(gt=0)]
    level: Level = 0.95
    continuity: bool = False


class ProportionInterval(Struct, frozen=True):
    """The exact interval, which we decide by, and the score interval, which we show."""

    clopper_pearson: Bounds
    wilson: Bounds


class Difference(Figures, frozen=True, kw_only=True):
    """Events among trials in two independent groups; the second is subtracted from the first."""

    events: tuple[Count, Count]
    trials: tuple[Annotated[int, Meta(gt=0)], Annotated[int, Meta(gt=0)]]
    level: Level = 0.95


class Rate(Figures, frozen=True, kw_only=True):
    """Events observed against events expected."""

    observed: Count
    expected: Positive
    level: Level = 0.95


class Chart(Figures, frozen=True, kw_only=True):
    """A CUSUM: S = max(0, S + X - k), alarm at h.  mu is the mean of X; for binomial counts p and n.

    Counts move on a lattice of step 1/scaling; without it the coarsest one that holds k and h is taken.
    """

    family: Literal["normal", "poisson", "binomial"] = "normal"
    k: float
    mu: float = 0.0
    p: Share = 0.0
    n: Annotated[int, Meta(gt=0)] = 1
    headstart: Annotated[float, Meta(ge=0)] = 0.0
    sided: Sided = "one"
    scaling: Annotated[int, Meta(gt=0)] | None = None


class RunLength(Chart, frozen=True, kw_only=True):
    """A CUSUM with its limit h."""

    h: Positive


class Limit(Chart, frozen=True, kw_only=True):
    """A CUSUM and the run length without a change that its limit shall give."""

    arl0: Annotated[float, Meta(gt=1)]


class Ewma(Figures, frozen=True, kw_only=True):
    """An EWMA of standard normal values; limit and barrier in its own standard deviations."""

    weight: Annotated[float, Meta(gt=0, le=1)]
    limit: Positive
    mu: float = 0.0
    sided: Sided = "two"
    barrier: float = 0.0


class Gap(Figures, frozen=True, kw_only=True):
    """Studies expected on each day of a gap, their negative binomial k, and what the limit rests on."""

    expected: list[Annotated[float, Meta(ge=0)]]
    dispersion: Annotated[float, Meta(ge=0)] = 0.01
    sites: Annotated[int, Meta(gt=0)] = 1
    budget: Positive = 0.04


class GapEvidence(Struct, frozen=True):
    """Evidence in nats, the limit it must reach, and the chance of such a gap."""

    evidence: float
    limit: float
    p: float


class Power(Figures, frozen=True, kw_only=True):
    """So many cases, a declared share and its lower bound."""

    trials: Annotated[int, Meta(gt=0)]
    declared: Share
    lower_bound: Share
    alpha: Level = 0.05
    power: Level = 0.8


class RisePower(Figures, frozen=True, kw_only=True):
    """Failures a day, the failures its baseline holds, and the days given."""

    failures_per_day: Positive
    baseline_events: Positive
    days: Annotated[int, Meta(gt=0)] = 90
    budget: Positive = 0.04


class Answer(Struct, frozen=True):
    """One number; none where no such number exists."""

    value: float | None


class Statistic(Struct, frozen=True):
    """A statistic that can be asked for by name."""

    name: str
    what: str
    figures: type[Figures]
    compute: Callable[[Any], Any]


def calculate(name: str, raw: bytes) -> Any:
    """The statistic of this name on figures written as JSON.

    Raises: Refusal `calc.unknown` for a name nobody knows, `calc.malformed` for figures that do not fit it.
    """
    statistic = _named(name)
    try:
        return statistic.compute(msgspec.json.decode(raw, type=statistic.figures))
    except (msgspec.DecodeError, ValueError) as error:
        raise Refusal("calc.malformed", at=name, reason=str(error)) from error


def input_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a statistic's figures.

    Raises: Refusal `calc.unknown` for a name nobody knows.
    """
    return msgspec.json.schema(_named(name).figures)


def _named(name: str) -> Statistic:
    if name not in STATISTICS:
        raise Refusal("calc.unknown", at=name, known=", ".join(sorted(STATISTICS)))
    return STATISTICS[name]


def _auc(figures: Auc) -> Area:
    if figures.scores:
        if len(figures.scores) != len(figures.present):
            raise ValueError("scores and present have different lengths")
        return auc_of_cases(figures.scores, figures.present, level=figures.level)
    return auc_of_counts(figures.present_counts, figures.absent_counts, level=figures.level)


def _auc_paired(figures: AucPaired) -> AreaDifference:
    return delong_paired(zip(figures.first, figures.second, figures.present, strict=True))


def _proportion(figures: Proportion) -> ProportionInterval:
    events, trials, level = figures.events, figures.trials, figures.level
    score = wilson(events, trials, level=level, continuity=figures.continuity)
    return ProportionInterval(clopper_pearson(events, trials, level=level), score)


def _difference(figures: Difference) -> Bounds:
    return newcombe(figures.events, figures.trials, level=figures.level)


def _rate(figures: Rate) -> RateRatio:
    return rate_ratio(figures.observed, figures.expected, level=figures.level)


def _run_length(c: RunLength) -> Answer:
    if c.family == "normal":
        return Answer(normal_cusum_arl(c.k, c.h, mu=c.mu, headstart=c.headstart, sided=c.sided))
    if c.family == "poisson":
        return Answer(poisson_cusum_arl(c.mu, c.k, c.h, headstart=c.headstart, scaling=c.scaling))
    return Answer(binomial_cusum_arl(c.p, c.n, c.k, c.h, scaling=c.scaling))


def _limit(c: Limit) -> Answer:
    if c.family == "normal":
        return Answer(normal_cusum_threshold(c.k, c.arl0, headstart=c.headstart, sided=c.sided))
    if c.family == "poisson":
        return Answer(poisson_cusum_threshold(c.mu, c.k, c.arl0, scaling=c.scaling))
    return Answer(binomial_cusum_threshold(c.p, c.n, c.k, c.arl0, scaling=c.scaling))


def _ewma(figures: Ewma) -> Answer:
    arl = normal_ewma_arl(
        figures.weight, figures.limit, mu=figures.mu, sided=figures.sided, barrier=figures.barrier
    )
    return Answer(arl)


def _gap(figures: Gap) -> GapEvidence:
    from math import exp

    from nadzor.detect.silence.detector import limit_of_gap

    evidence = sum(silence_evidence(day, dispersion=figures.dispersion) for day in figures.expected)
    return GapEvidence(evidence, limit_of_gap(sites=figures.sites, budget=figures.budget), exp(-evidence))


def _drop(figures: Power) -> Answer:
    drop = smallest_detectable_drop(
        figures.trials, figures.declared, bound=figures.lower_bound, alpha=figures.alpha, power=figures.power
    )
    return Answer(drop)


def _rise(figures: RisePower) -> Answer:
    from nadzor.detect.failure_cusum.detector import smallest_detectable_rise

    rise = smallest_detectable_rise(
        failures_per_day=figures.failures_per_day, baseline_events=figures.baseline_events,
        days=figures.days, budget=figures.budget,
    )  # fmt: skip
    return Answer(rise)


STATISTICS = {
    statistic.name: statistic
    for statistic in (
        Statistic("auc", "Area under the ROC curve with DeLong limits", Auc, _auc),
        Statistic("auc-paired", "Two AUCs of the same cases compared (DeLong)", AucPaired, _auc_paired),
        Statistic("proportion-ci", "Exact and score interval of a proportion", Proportion, _proportion),
        Statistic(
            "proportion-difference", "Difference of two proportions (Newcombe)", Difference, _difference
        ),
        Statistic("poisson-ci", "Observed over expected with exact limits and tests", Rate, _rate),
        Statistic("cusum-arl", "Run length of a CUSUM with a given limit", RunLength, _run_length),
        Statistic("cusum-threshold", "Limit of a CUSUM with a given run length", Limit, _limit),
        Statistic("ewma-arl", "Run length of an EWMA chart", Ewma, _ewma),
        Statistic("silence-gap", "Evidence of a gap against its limit", Gap, _gap),
        Statistic("smallest-detectable-drop", "Drop of a share that so many cases can show", Power, _drop),
        Statistic("smallest-detectable-rise", "Rise of failures that a volume can show", RisePower, _rise),
    )
}
"""What `nadzor calc` can compute."""
