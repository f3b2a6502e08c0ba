# SPDX-License-Identifier: Apache-2.0
"""Whether probabilities come true: slope, calibration in the large, Brier score, reliability."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit

from nadzor.detect.stats.glm import fitted

Floats = NDArray[np.float64]


class Coefficient(NamedTuple):
    """A fitted coefficient and its standard error."""

    value: float
    se: float


class Group(NamedTuple):
    """Cases of neighbouring probabilities: how many, lowest, highest, mean, how many came true."""

    n: int
    lowest: float
    highest: float
    mean: float
    events: int


def calibration_slope(p: Floats, y: Floats) -> Coefficient | None:
    """By how much the log odds of the outcome rise with those predicted; one is right, less is too extreme.

    Method: Cox 1958, logistic regression of y on logit(p).
    None where no such number exists: a p of 0 or 1, one value of p only, or outcomes parted by p.
    """
    if not _inner(p) or p.min() == p.max() or _parted(p, y):
        return None
    both = _logistic(np.column_stack((np.ones(len(p)), logit(p))), y, np.zeros(len(p)))
    return both[1] if both else None


def calibration_in_the_large(p: Floats, y: Floats) -> Coefficient | None:
    """By how much the log odds predicted are too low on the whole; nought is right.

    Method: logistic regression of y on a constant with offset logit(p).
    None for a p of 0 or 1, or where all outcomes are alike.
    """
    if not _inner(p) or y.min() == y.max():
        return None
    one = _logistic(np.ones((len(p), 1)), y, np.asarray(logit(p), dtype=np.float64))
    return one[0] if one else None


def brier(p: Floats, y: Floats) -> float:
    """The mean square of outcome minus probability (Brier 1950)."""
    return float(np.mean((p - y) ** 2))


def observed_over_expected(p: Floats, y: Floats) -> float | None:
    """How many came true over how many were expected; none where nothing was expected."""
    return float(y.sum() / p.sum()) if p.sum() > 0 else None


def reliability(p: Floats, y: Floats, *, groups: int = 10) -> list[Group]:
    """The cases in groups of about equal size by probability; equal probabilities stay together."""
    edges = np.unique(np.quantile(p, np.arange(1, groups) / groups))
    of = np.searchsorted(edges, p, side="left")
    parts = [np.flatnonzero(of == group) for group in range(len(edges) + 1)]
    return [_group(p[part], y[part]) for part in parts if len(part)]


def checked(p: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Probabilities and outcomes as arrays.

    Raises: ValueError when there are none, or a p lies outside of 0..1.
    """
    told, came = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not len(told) or len(told) != len(came):
        raise ValueError("there must be as many outcomes as probabilities, and at least one")
    if not np.all((told >= 0.0) & (told <= 1.0)):
        raise ValueError("a probability lies between 0 and 1")
    return told, came


def _group(p: Floats, y: Floats) -> Group:
    return Group(len(p), float(p.min()), float(p.max()), float(p.mean()), int(y.sum()))


def _inner(p: Floats) -> bool:
    return bool(p.min() > 0.0 and p.max() < 1.0)


def _parted(p: Floats, y: Floats) -> bool:
    """Whether one value of p has all outcomes of one kind above it: the likelihood then has no maximum."""
    if y.min() == y.max():
        return True
    none, came = p[y == 0], p[y == 1]
    return bool(none.max() <= came.min() or came.max() <= none.min())


def _logistic(x: Floats, y: Floats, offset: Floats) -> list[Coefficient]:
    """The coefficients in order; none where there is no fit."""
    fit = fitted(x, y, "binomial", offset=offset, prior=np.ones(len(y)))
    if fit is None:
        return []
    spread = np.sqrt(np.diag(fit.covariance))
    return [Coefficient(float(value), float(se)) for value, se in zip(fit.beta, spread, strict=True)]
