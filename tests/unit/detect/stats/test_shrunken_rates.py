# SPDX-License-Identifier: Apache-2.0
"""Rates of several devices: what is rare is drawn in, what is far out stays out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import gamma

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from nadzor.detect.stats.shrunken_rates import shrunken_rates


def test_ratios_are_those_of_the_posterior():
    """Mean and limits equal scipy's gamma with the variation found by moments."""
    events, studies = [9, 2, 3, 30], [1000, 1100, 900, 1000]
    found = shrunken_rates(events, studies)
    due = np.array(studies) * sum(events) / sum(studies)
    v = ((np.array(events) - due) ** 2 - due).sum() / (due**2).sum()
    assert found.variation == pytest.approx(v)
    for n, e, one in zip(events, due, found.devices, strict=True):
        posterior = gamma(1 / v + n, scale=1 / (1 / v + e))
        assert (one.ratio, one.low, one.high) == pytest.approx(
            (posterior.mean(), posterior.ppf(0.025), posterior.ppf(0.975))
        )


def test_chance_differences_are_drawn_to_one():
    """Where counts differ no more than by chance, nobody stands out; where one does, it alone."""
    rng = np.random.default_rng(5)
    even = shrunken_rates(rng.poisson(20, 30).tolist(), [1000] * 30)
    assert all(one.low < 1.0 < one.high for one in even.devices)
    one = shrunken_rates([*rng.poisson(20, 29).tolist(), 90], [1000] * 30).devices
    assert one[-1].low > 1.5 and max(other.low for other in one[:-1]) < 1.0


def test_it_can_be_asked_for_by_name():
    """Names come back with plain and shrunken ratios."""
    asked = {"events": [9, 2, 3], "studies": [1000, 1100, 900], "names": ["a", "b", "c"]}
    told = calculate("rate-comparison", json.dumps(asked).encode())
    assert [one.name for one in told.devices] == ["a", "b", "c"]
    assert 1.0 < told.devices[0].shrunken.ratio < told.devices[0].ratio


@pytest.mark.parametrize(
    ("events", "studies"),
    [([], []), ([1], [10]), ([0, 0], [10, 10]), ([1, -1], [10, 10]), ([1, 1], [10, 0]), ([1, 1], [10])],
)
def test_rates_that_cannot_be_compared_are_refused(events, studies):
    """None, one device, no event, negative events, no studies, unlike lengths."""
    with pytest.raises(Refusal) as refused:
        calculate("rate-comparison", json.dumps({"events": events, "studies": studies}).encode())
    assert refused.value.code == "calc.malformed"
    with pytest.raises(ValueError):
        shrunken_rates(events, studies)
