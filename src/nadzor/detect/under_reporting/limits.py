# SPDX-License-Identifier: Apache-2.0
"""How high a chart must rise, so that all charts of a device together cost its budget in a year.

Method: a CUSUM of log likelihood ratios passes h by chance at the rate I nu^2 exp(-h) a day, with I the
information of a day and nu the mean of exp(-overshoot) (Siegmund 1985, ch. 10).  Where the true level lies a
part e below the learnt one, the exponent is (1 - c e) h; averaging over e normal with variance v multiplies
the rate by exp(c^2 v h^2 / 2).  A part CALIBRATED of it is seen.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from nadzor.detect.stats.volume import Floats, Ints

GRID = np.arange(4.0, 30.0, 0.25)
YEAR = 365.25
OVERSHOOT = 0.583
"""Mean overshoot of a normal random walk, in standard deviations of its steps."""
CALIBRATED = 0.5
"""Part of the computed crossings that is seen on simulated nations (seeds used for nothing else): days are
capped, and an error of the level lasts weeks, not the year, since levels are learnt anew."""
TRUSTED = 0.5
"""Part of the exponent that the level's uncertainty may take away at most."""


class Power(Struct, frozen=True):
    """What a chart can tell: information by weekday, and by how much an error of the level may mislead it.

    `pull` is the variance of the score's mean that the level's uncertainty brings in a week, `spread` the
    variance of the week's scores.  Charts of independent streams add up.
    """

    inform: Floats
    pull: Floats
    spread: Floats

    def added(self, group: Ints, groups: int) -> Power:
        """Charts of several streams together."""
        parts = [np.zeros((groups, *part.shape[1:])) for part in (self.inform, self.pull, self.spread)]
        for whole, part in zip(parts, (self.inform, self.pull, self.spread), strict=True):
            np.add.at(whole, group, part)
        return Power(*parts)


def power_of(mean: Floats, dispersion: Floats, variance: Floats, ratio: float) -> Power:
    """The power of each stream's chart: mean by (stream, weekday); dispersion, level variance by stream."""
    k = dispersion[:, None]
    gain = np.log1p(k * mean) - np.log1p(k * ratio * mean)
    inform = -(mean * np.log(ratio) + (mean + 1.0 / k) * gain)
    slope = -np.log(ratio) - gain
    spread = (slope**2 * mean * (1.0 + k * mean)).sum(axis=1)
    return Power(np.maximum(inform, 0.0), variance * (slope * mean).sum(axis=1) ** 2, spread)


def yearly_rate(power: Power) -> Floats:
    """Crossings a year of each limit of the grid by chance: chart, limit."""
    overshoot = np.exp(-2.0 * OVERSHOOT * np.sqrt(2.0 * power.inform))
    base = CALIBRATED * YEAR / 7.0 * (power.inform * overshoot).sum(axis=1)
    lost = 2.0 * power.pull / np.maximum(power.spread, 1e-12) ** 2
    exponent = -GRID + np.minimum(lost[:, None] * GRID**2, TRUSTED * GRID)
    return np.asarray(base[:, None] * np.exp(exponent))


def limits_of(rates: Floats, budget: Floats) -> Floats:
    """The smallest limit at which each yearly rate keeps its budget; endless where none does."""
    within = rates <= budget[:, None]
    return np.asarray(np.where(within.any(axis=1), GRID[within.argmax(axis=1)], np.inf))
