# SPDX-License-Identifier: Apache-2.0
"""The cautious look at shifts: it may let a stream through for nothing, but never keeps one back."""

from __future__ import annotations

import numpy as np

from nadzor.detect.stats.learned_screen import Sums, may_pass

WINDOWS = (2, 7, 34)
STREAM = np.repeat(np.arange(60), 2)


def _sums(rng: np.random.Generator) -> Sums:
    """Sixty streams of two strata over 200 days, some silent for long, some younger than others."""
    weight = rng.uniform(0.0, 9.0, (len(STREAM), 200)) * (rng.random((len(STREAM), 1)) < 0.9)
    weight[:20, 120:] = 0.0
    off = rng.normal(0.0, 1.0, weight.shape) * np.sqrt(weight)
    first = np.zeros((len(STREAM), 1))
    told = (np.hstack((first, np.cumsum(part, axis=1))) for part in (weight, off))
    return Sums(*told, rng.integers(60, 110, len(STREAM)), STREAM, 60)


def _largest(sums: Sums) -> list[float]:
    """By stream, the largest |N| / sqrt V over days and windows, one after another."""
    most = [0.0] * (int(STREAM[-1]) + 1)
    for end in range(sums.begin + 1, sums.weight.shape[1]):
        for days in WINDOWS:
            number, variance = np.zeros(len(most)), np.zeros(len(most))
            for row in np.flatnonzero(sums.after < end).tolist():
                w, d, whole = (part[row] for part in (sums.weight, sums.deviation, sums.weight))
                start = max(0, end - days)
                inside = w[end] - w[start]
                share = inside / whole[end] if whole[end] else 0.0
                number[STREAM[row]] += d[end] - d[start] - share * d[end]
                variance[STREAM[row]] += inside - share * inside
            for at in np.flatnonzero(variance > 0).tolist():
                most[at] = max(most[at], abs(number[at]) / float(np.sqrt(variance[at])))
    return most


def test_keeps_back_only_streams_below_their_limit() -> None:
    """With limits just below and just above the largest statistic, exactly the former are let through."""
    sums = _sums(np.random.default_rng(5))
    most = np.array(_largest(sums))
    assert most.max() > 3.0
    assert may_pass(sums, WINDOWS, most * (1 - 1e-6)).tolist() == (most > 0).tolist()
    assert not may_pass(sums, WINDOWS, most * (1 + 1e-6) + 1e-6).any()


def test_says_nothing_before_the_baseline_ends() -> None:
    """No window of a stream whose strata still learn is looked at."""
    sums = _sums(np.random.default_rng(6))
    young = Sums(sums.weight, sums.deviation, np.full(len(STREAM), 1 << 40), STREAM, 60)
    assert not may_pass(young, WINDOWS, np.full(60, 1e-3)).any()
