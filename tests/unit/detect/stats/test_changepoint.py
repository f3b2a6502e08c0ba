# SPDX-License-Identifier: Apache-2.0
"""Changes of level: where people saw them, where they were planted, and not where there are none."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nadzor.detect.stats.changepoint import changes, noise, single
from tests.shared import shared

MARGIN = 5


def f1(annotations, found):
    """The F1 of van den Burg & Williams 2020: the start is a change, a match lies within five values."""
    told = {name: {0, *marks} for name, marks in annotations.items()}
    seen = {0, *found}
    precision = _matched(set().union(*told.values()), seen) / len(seen)
    recall = float(np.mean([_matched(marks, seen) / len(marks) for marks in told.values()]))
    return 2 * precision * recall / (precision + recall)


def _matched(marks, seen):
    left, hits = set(seen), 0
    for mark in sorted(marks):
        near = [at for at in left if abs(at - mark) <= MARGIN]
        if near:
            left.remove(min(near, key=lambda at: abs(at - mark)))
            hits += 1
    return hits


@pytest.mark.parametrize("name", ["nile", "quality_control_1", "quality_control_5"])
def test_changes_are_where_people_saw_them(name):
    """The three annotated series: F1 of one, where doing nothing has 0.82, 0.67 and 1.00."""
    series = json.loads(shared("truth", "changepoint_tcpd.json").read_text("utf-8"))[name]
    assert f1(series["annotations"], changes(np.array(series["series"], dtype=float)).at) == pytest.approx(
        1.0
    )


def test_the_cheapest_partition_is_found():
    """Pruning loses nothing: the same cost as trying every partition."""
    values = np.array([0.1, -0.3, 0.2, 4.0, 4.2, 3.9, 4.1, -1.0, -1.2, -0.9, -1.1, 0.0])
    spread = noise(values).long_run()
    told = changes(values, penalty=2.0, least=2, trend=False)
    assert told.cost == pytest.approx(_cheapest(values / np.sqrt(spread), 2.0, least=2))


def _cheapest(values, penalty, *, least, start=0):
    """The least cost of what is left, by trying every end of the first level."""
    whole = float(((values[start:] - values[start:].mean()) ** 2).sum())
    costs = [whole]
    for end in range(start + least, len(values) - least + 1):
        first = values[start:end]
        rest = _cheapest(values, penalty, least=least, start=end)
        costs.append(float(((first - first.mean()) ** 2).sum()) + penalty + rest)
    return min(costs)


@pytest.mark.parametrize("kind", ["normal", "correlated", "counts"])
def test_quiet_series_have_no_change(kind):
    """Hundred series without a change, of 300 values: at most five are said to have one."""
    draw = np.random.default_rng(11)
    series = [_quiet(kind, draw) for _ in range(100)]
    assert sum(bool(changes(values).at) for values in series) <= 5


def _quiet(kind, draw):
    if kind == "counts":
        return draw.poisson(2.0, 300).astype(float)
    shocks = draw.normal(size=350)
    return np.convolve(shocks, 0.5 ** np.arange(50))[50:350] if kind == "correlated" else shocks[:300]


def test_planted_changes_are_found_and_a_slope_is_none():
    """Two steps within two values of their place; a steady rise is told as a slope."""
    draw = np.random.default_rng(12)
    steps = np.repeat([0.0, 3.0, 1.0], 60) + draw.normal(size=180)
    found = changes(steps)
    assert len(found.at) == 2
    assert max(abs(at - true) for at, true in zip(found.at, (60, 120), strict=True)) <= 2
    rise = changes(0.05 * np.arange(300) + draw.normal(size=300))
    assert (rise.at, round(rise.slope or 0.0, 2)) == ((), 0.05)


def test_series_without_noise_are_told_exactly():
    """A step, a steady rise and a constant, all free of noise."""
    assert changes(np.repeat([0.0, 1.0], 20)).at == (20,)
    rise = changes(np.arange(40.0))
    assert (rise.at, rise.slope) == ((), 1.0)
    flat = changes(np.ones(40))
    assert (flat.at, flat.slope) == ((), None)


def test_the_interval_of_a_change_covers_it():
    """Of 200 series with a step of one deviation the 95 % interval misses at most twenty."""
    draw = np.random.default_rng(13)
    missed = 0
    for _ in range(200):
        values = draw.normal(size=120)
        values[70:] += 1.0
        told = single(values)
        assert told is not None
        missed += not told.first <= 70 <= told.last
    assert missed <= 20
