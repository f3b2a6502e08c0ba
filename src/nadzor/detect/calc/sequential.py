# SPDX-License-Identifier: Apache-2.0
"""Maximised sequential probability ratio tests: critical values, and what the tests can notice."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from nadzor.detect.calc.figures import Figures, Positive, Statistic, Whole
from nadzor.detect.stats.maxsprt_binomial import Matched, binomial_critical_value, binomial_performance
from nadzor.detect.stats.maxsprt_poisson import (
    Design,
    Performance,
    equal_groups,
    poisson_critical_value,
    poisson_performance,
)

Tail = Annotated[float, Meta(ge=1e-9, le=0.5)]


class PoissonTest(Figures, frozen=True, kw_only=True):
    """Horizon and delayed start in events expected; groups: how many looks, or the size of each.

    Without groups the test looks continuously.  With rr, how it performs at that relative risk; with
    critical_value, at that limit and not at the one that alpha gives.
    """

    horizon: Positive
    alpha: Tail = 0.05
    min_events: Whole = 1
    delayed_start: Annotated[float, Meta(ge=0)] = 0.0
    groups: Annotated[int, Meta(ge=0)] | list[Positive] = 0
    rr: Positive | None = None
    critical_value: Positive | None = None


class BinomialTest(Figures, frozen=True, kw_only=True):
    """At most n events, cases and controls together; z controls to a case; min_events counts cases."""

    n: Whole
    z: Positive
    alpha: Tail = 0.05
    min_events: Whole = 1
    rr: Positive | None = None
    critical_value: Positive | None = None


class Outlook(Struct, frozen=True, kw_only=True):
    """The limit, above which the test signals; none where even the lowest spends less than alpha."""

    critical_value: float | None
    attained_alpha: float | None = None
    power: float | None = None
    expected_signal_time: float | None = None
    expected_sample_size: float | None = None


def _poisson(asked: PoissonTest) -> Outlook:
    groups = asked.groups if isinstance(asked.groups, list) else equal_groups(asked.horizon, asked.groups)
    design = Design(
        horizon=asked.horizon, min_events=asked.min_events, delayed_start=asked.delayed_start,
        groups=tuple(groups),
    )  # fmt: skip
    limit = asked.critical_value or poisson_critical_value(design, asked.alpha)
    if limit is None:
        return Outlook(critical_value=None)
    spent = poisson_performance(design, limit, rr=1.0).power
    return _told(limit, spent, poisson_performance(design, limit, rr=asked.rr) if asked.rr else None)


def _binomial(asked: BinomialTest) -> Outlook:
    design = Matched(n=asked.n, z=asked.z, min_events=asked.min_events)
    found = None if asked.critical_value else binomial_critical_value(design, asked.alpha)
    limit = asked.critical_value or (found and found.critical_value)
    if not limit:
        return Outlook(critical_value=None)
    spent = binomial_performance(design, limit, rr=1.0).power
    return _told(limit, spent, binomial_performance(design, limit, rr=asked.rr) if asked.rr else None)


def _told(limit: float, spent: float, seen: Performance | None) -> Outlook:
    if seen is None:
        return Outlook(critical_value=limit, attained_alpha=spent)
    return Outlook(
        critical_value=limit, attained_alpha=spent, power=seen.power,
        expected_signal_time=seen.expected_signal_time, expected_sample_size=seen.expected_sample_size,
    )  # fmt: skip


STATISTICS = (
    Statistic(
        name="maxsprt-poisson", what="Poisson MaxSPRT: exact critical value, power and time to signal",
        method="Kulldorff et al. 2011 (Seq. Anal. 30:58), an exact walk past the times at which the n-th "
        "event still signals; min_events and delayed_start as Kulldorff & Silva 2017 (REVSTAT 15:373); "
        "groups as Silva & Kulldorff 2015 (Biometrics 71:851)",
        equation="signal when (mu - n) + n ln(n / mu) > critical_value and n > mu",
        figures=PoissonTest, compute=_poisson, example={"horizon": 10, "alpha": 0.05, "rr": 2},
    ),
    Statistic(
        name="maxsprt-binomial", what="Binomial MaxSPRT: exact critical value, power and events to signal",
        method="Kulldorff et al. 2011 (Seq. Anal. 30:58), an exact walk over the events",
        equation="signal if c ln(c / (n p)) + (n - c) ln((n - c) / (n - n p)) > critical_value, p = 1/(1+z)",
        figures=BinomialTest, compute=_binomial, example={"n": 30, "z": 1, "critical_value": 2, "rr": 2},
    ),
)  # fmt: skip
