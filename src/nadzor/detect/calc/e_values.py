# SPDX-License-Identifier: Apache-2.0
"""E-values: evidence at any time, evidence of a change, and what survives among many."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct, structs

from nadzor.detect.calc.figures import Count, Figures, Level, NonNegative, Positive, Share, Statistic, paired
from nadzor.detect.stats.e_values import (
    Alternative,
    Floats,
    Prior,
    binomial_increments,
    binomial_log_e,
    first_crossing,
    log_e_detector,
    log_mean,
    poisson_increments,
    poisson_log_e,
)
from nadzor.detect.stats.e_values_discovery import (
    Discoveries,
    Online,
    e_benjamini_hochberg,
    lord_plus_plus,
    saffron,
)

LOOKS_MAX = 20_000
LARGEST_LOG = 690.0
Looks = Annotated[list[Count], Meta(min_length=1, max_length=LOOKS_MAX)]


class Stream(Figures, frozen=True, kw_only=True):
    """Events at each look, among trials (null: a share) or against events expected (null: a rate ratio)."""

    events: Looks
    trials: list[Count] | None = None
    expected: list[NonNegative] | None = None
    null: Positive = 1.0
    alpha: Level = 0.05


class Process(Stream, frozen=True, kw_only=True):
    """A stream, on which side of the null it is suspected, and the prior that is cut at the null."""

    alternative: Alternative = "greater"
    prior: tuple[Positive, Positive] = (0.5, 0.5)


class Detector(Stream, frozen=True, kw_only=True):
    """A stream, and the shares or rate ratios that a change may lead to, equally weighted."""

    beyond: Annotated[list[Positive], Meta(min_length=1, max_length=100)]
    kind: Literal["sr", "cusum"] = "sr"


class Many(Figures, frozen=True, kw_only=True):
    """E-values of all streams watched."""

    e: Annotated[list[NonNegative], Meta(min_length=1)]
    alpha: Level = 0.05


class Arriving(Figures, frozen=True, kw_only=True):
    """P-values in the order in which they came."""

    p: Annotated[list[Share], Meta(min_length=1)]
    alpha: Level = 0.05
    method: Literal["lord", "saffron"] = "lord"


class Evidence(Struct, frozen=True, kw_only=True):
    """Evidence after each look, the most there was, the p-value it is worth, and the first look to suffice.

    Looks are counted from zero; e-values beyond 1e299 are written as that.  A detector of a change has no p:
    left alone long enough, it will alarm.
    """

    log_e: list[float]
    e: float
    largest_e: float
    p: float | None = None
    first_look: int | None


def _process(asked: Process) -> Evidence:
    events, prior = np.cumsum(asked.events), Prior(*asked.prior)
    if asked.trials is not None:
        trials = np.cumsum(_beside(asked, asked.trials))
        log_e = binomial_log_e(events, trials, asked.null, alternative=asked.alternative, prior=prior)
    else:
        expected = asked.null * np.cumsum(_beside(asked, asked.expected))
        log_e = poisson_log_e(events, expected, alternative=asked.alternative, prior=prior)
    found = _evidence(log_e, asked.alpha)
    return structs.replace(found, p=min(1.0, 1.0 / max(found.largest_e, 1.0)))


def _detector(asked: Detector) -> Evidence:
    if asked.trials is not None:
        trials = _beside(asked, asked.trials)
        steps = binomial_increments(np.array(asked.events), trials, asked.null, asked.beyond)
    else:
        expected = asked.null * np.array(_beside(asked, asked.expected))
        steps = poisson_increments(np.array(asked.events), expected, np.array(asked.beyond) / asked.null)
    return _evidence(log_mean(log_e_detector(steps, kind=asked.kind)), asked.alpha)


def _beside(asked: Stream, others: list[int] | list[float] | None) -> list[int] | list[float]:
    if others is None or (asked.trials is None) == (asked.expected is None):
        raise ValueError("a stream has trials or expected events, one of them")
    paired(events=asked.events, beside=others)
    return others


def _evidence(log_e: Floats, alpha: float) -> Evidence:
    shown = np.minimum(log_e, LARGEST_LOG)
    first = int(first_crossing(log_e, alpha))
    return Evidence(
        log_e=np.maximum(log_e, -1e300).tolist(), e=float(np.exp(shown[-1])),
        largest_e=float(np.exp(shown.max())),
        first_look=first if first >= 0 else None,
    )  # fmt: skip


def _many(asked: Many) -> Discoveries:
    return e_benjamini_hochberg(asked.e, asked.alpha)


def _arriving(asked: Arriving) -> Online:
    return (lord_plus_plus if asked.method == "lord" else saffron)(asked.p, asked.alpha)


STATISTICS = (
    Statistic(
        name="e-process", what="Evidence against a share or a rate, valid whenever one looks",
        method="Robbins 1970; Howard et al. 2021 (Ann. Stat. 49:1055), Prop. 8 and 10: mixture cut at null",
        equation="e = integral of L(t) / L(null) over the prior beyond null; P(ever e >= 1/alpha) <= alpha",
        figures=Process, compute=_process,
        example={"events": [3, 2, 4], "trials": [20, 20, 20], "null": 0.05},
    ),
    Statistic(
        name="e-detector", what="Evidence of a change at an unknown time",
        method="Shin, Ramdas & Rinaldo 2023 (New Engl. J. Stat. Data Sci. 2:229)",
        equation="M_t = L_t (1 + M_(t-1)), or L_t max(1, M_(t-1)); mean run to 1/alpha at least 1/alpha",
        figures=Detector, compute=_detector,
        example={"events": [1, 0, 4, 5], "expected": [1, 1, 1, 1], "beyond": [1.5, 3]},
    ),
    Statistic(
        name="ebh", what="Which e-values survive among all, whatever ties them together",
        method="Wang & Ramdas 2022 (JRSS B 84:822), e-BH",
        equation="reject the k largest, k the most with e_(k) >= K / (alpha k)",
        figures=Many, compute=_many, example={"e": [50, 3, 0.2, 70], "alpha": 0.1},
    ),
    Statistic(
        name="online-fdr", what="Which p-values to believe as they come (LORD++, SAFFRON)",
        method="LORD++: Ramdas, Yang, Wainwright & Jordan 2017; SAFFRON: Ramdas, Zrnic and others 2018",
        equation="alpha_t = w0 gamma_t + (alpha - w0) gamma_(t - tau_1) + alpha sum of gamma_(t - tau_j)",
        figures=Arriving, compute=_arriving, example={"p": [0.0001, 0.4, 0.003], "alpha": 0.05},
    ),
)  # fmt: skip
