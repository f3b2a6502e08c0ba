# SPDX-License-Identifier: Apache-2.0
"""Which of many tests may be believed: e-values in one batch, p-values as they come."""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from nadzor.detect.stats.e_evidence import surviving

Floats = NDArray[np.float64]
TESTS_MAX: Final = 10_000


class Discoveries(Struct, frozen=True, kw_only=True):
    """Which e-values are rejected, the smallest that is enough, and the alpha at which each would be."""

    rejected: list[int]
    threshold: float
    adjusted: list[float]


class Online(Struct, frozen=True, kw_only=True):
    """The level at which each test was made, and which were rejected."""

    levels: list[float]
    rejected: list[int]


def e_benjamini_hochberg(e_values: ArrayLike, alpha: float) -> Discoveries:
    """e-BH: a false discovery rate of at most alpha, whatever ties the e-values together.

    `adjusted` is the smallest alpha at which each is rejected: the least of K / (k e_(k)) over ranks k from
    its own on.

    Method: Wang & Ramdas 2022 (JRSS B 84:822), section 4.
    Raises: ValueError for no, negative or not finite e-values, and alpha outside 0..1.
    """
    e = np.asarray(e_values, dtype=np.float64)
    if not len(e):
        raise ValueError("there is no e-value")
    kept = surviving(e, streams=len(e), alpha=alpha)
    order = np.argsort(-e, kind="stable")
    ranks = np.arange(1, len(e) + 1)
    needed = len(e) / np.maximum(ranks * e[order], 1e-300)
    adjusted = np.empty(len(e))
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(needed[::-1])[::-1])
    threshold = len(e) / (alpha * max(1, int(kept.sum())))
    return Discoveries(
        rejected=np.flatnonzero(kept).tolist(), threshold=threshold, adjusted=adjusted.tolist()
    )


def lord_plus_plus(p_values: ArrayLike, alpha: float) -> Online:
    """LORD++: alpha as wealth, spent by each test and earned back by each discovery.

    Method: Ramdas, Yang, Wainwright & Jordan 2017 (NeurIPS), eq. 6, with w0 = alpha / 10 and gamma_j in
    proportion to log(max(j, 2)) / (j exp(sqrt(log j))) (Javanmard & Montanari 2018).
    Raises: ValueError for no p-values, more than can be handled, or any outside 0..1.
    """
    p = _checked(p_values, alpha)
    ranks = np.arange(1.0, len(p) + 1)
    gamma = 0.07720838 * np.log(np.maximum(ranks, 2.0)) / (ranks * np.exp(np.sqrt(np.log(ranks))))
    wealth, levels = alpha / 10.0, alpha / 10.0 * gamma
    found: list[int] = []
    for i, one in enumerate(p):
        if one <= levels[i]:
            earned = alpha if found else alpha - wealth
            levels[i + 1 :] += earned * gamma[: len(p) - i - 1]
            found.append(i)
    return Online(levels=levels.tolist(), rejected=found)


def saffron(p_values: ArrayLike, alpha: float, *, candidate: float = 0.5) -> Online:
    """SAFFRON: wealth is spent only by tests that are no candidates, since those may be null.

    Method: Ramdas, Zrnic, Wainwright & Jordan 2018 (ICML), algorithm 1 with lambda = `candidate`, w0 = alpha
    / 2 and gamma_j in proportion to j^-1.6.
    Raises: ValueError for no p-values, more than can be handled, or any outside 0..1.
    """
    p = _checked(p_values, alpha)
    if not 0.0 < candidate < 1.0:
        raise ValueError("a candidate's bound lies strictly between 0 and 1")
    gamma = 0.4374901658 / np.arange(1.0, len(p) + 2) ** 1.6
    spent = np.zeros(1, dtype=np.int64)  # tests that were no candidates, since the start and each discovery
    found: list[int] = []
    levels = np.zeros(len(p))
    for i, one in enumerate(p):
        earned = np.full(len(spent), alpha)
        earned[:2] = (alpha / 2.0, alpha / 2.0)[: len(spent)]
        levels[i] = min(candidate, (1.0 - candidate) * float(earned @ gamma[spent]))
        spent = spent + (one > candidate)
        if one <= levels[i]:
            found.append(i)
            spent = np.append(spent, 0)
    return Online(levels=levels.tolist(), rejected=found)


def _checked(p_values: ArrayLike, alpha: float) -> Floats:
    p = np.asarray(p_values, dtype=np.float64)
    if not 1 <= len(p) <= TESTS_MAX:
        raise ValueError(f"a stream holds 1..{TESTS_MAX} p-values")
    if not ((p >= 0.0).all() and (p <= 1.0).all() and 0.0 < alpha < 1.0):
        raise ValueError("p-values lie in 0..1, and alpha strictly between 0 and 1")
    return p
