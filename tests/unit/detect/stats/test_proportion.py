# SPDX-License-Identifier: Apache-2.0
"""Intervals of shares, their corners, and the drop that a number of cases can show."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from nadzor.detect.stats.proportion import (
    binomial_below,
    clopper_pearson,
    newcombe,
    smallest_detectable_drop,
    wilson,
)


def test_exact_limits_invert_the_binomial_test():
    """At the upper limit the chance of so few events is the tail, at the lower that of so many."""
    bounds = clopper_pearson(15, 148, level=0.9)
    assert binom.cdf(15, 148, bounds.high) == pytest.approx(0.05)
    assert binom.sf(14, 148, bounds.low) == pytest.approx(0.05)


def test_certain_outcomes_have_one_open_side():
    """None of them, or all of them: the near limit is exact, the far one is not."""
    none, every = clopper_pearson(0, 20), clopper_pearson(20, 20)
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(1.0 - every.low)


def test_wilson_with_continuity_is_newcombes_fourth_method():
    """Newcombe 1998 prints 0.2535 to 0.3682 for 81 of 263, and 0 to 0.2005 for 0 of 20."""
    bounds, none = wilson(81, 263, continuity=True), wilson(0, 20, continuity=True)
    assert (round(bounds.low, 4), round(bounds.high, 4)) == (0.2535, 0.3682)
    assert (none.low, round(none.high, 4)) == (0.0, 0.2005)


def test_difference_is_newcombes_tenth_method():
    """Newcombe 1998 prints 0.0524 to 0.3339 for 56 of 70 less 48 of 80."""
    gap = newcombe((56, 48), (70, 80))
    assert (round(gap.estimate, 4), round(gap.low, 4), round(gap.high, 4)) == (0.2, 0.0524, 0.3339)


def test_the_smallest_drop_has_the_power_it_promises():
    """At the truth it names, the exact test rejects with the wished chance."""
    drop = smallest_detectable_drop(200, 0.95, bound=0.90, alpha=0.05, power=0.8)
    critical = max(x for x in range(201) if binomial_below(x, 200, 0.90) <= 0.05)
    assert binom.cdf(critical, 200, 0.95 - drop) == pytest.approx(0.8)


def test_too_few_cases_show_no_drop_at_all():
    """Three cases cannot speak against a bound of ten percent."""
    assert smallest_detectable_drop(3, 0.95, bound=0.1) is None


@pytest.mark.parametrize(("events", "trials"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(events, trials):
    """Events lie between nothing and the trials, and there are trials."""
    with pytest.raises(ValueError, match="between 0 and a positive number"):
        clopper_pearson(events, trials)


def test_impossible_levels_and_bounds_are_refused():
    """A level is strictly inside, a bound is not above what is declared."""
    with pytest.raises(ValueError, match="strictly between"):
        wilson(1, 2, level=1.0)
    with pytest.raises(ValueError, match="bound lies"):
        smallest_detectable_drop(10, 0.5, bound=0.6)
