# SPDX-License-Identifier: Apache-2.0
"""Whether a device's scores, read as chances, come true: slope, in the large, observed over expected."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from nadzor.detect.series import Floats, Ints
from nadzor.detect.stats.calibration import (
    calibration_in_the_large,
    calibration_slope,
    observed_over_expected,
)
from nadzor.measures.score_scale import ScoreScale

CASES_MIN = 20
"""Fewer cases of either kind say nothing of calibration."""
CASES_MAX = 200_000
EDGE = 1e-4
"""A score at an end of its scale is read as this far from certainty: the wire rounds to as much."""


class Calibration(Struct, frozen=True):
    """Figures of labelled scores; none where no such number exists.

    Units: a slope of 1 and an in-the-large of 0 (log odds) are right; so is 1 observed over expected.
    """

    slope: float | None
    in_the_large: float | None
    observed_over_expected: float | None
    cases: int


def calibration(scores: Ints, present: Floats, absent: Floats, *, scale: ScoreScale) -> Calibration | None:
    """Of labelled scores on the wire, read on the device's registered scale.

    Method: Cox 1958, logistic regression on the log odds of the score (stats/calibration.py).
    None for too few cases of either kind; scores need not be chances, and then these figures say so.
    """
    cases = present.sum() + absent.sum()
    if min(present.sum(), absent.sum()) < CASES_MIN or cases > CASES_MAX:
        return None
    told = np.array([scale.from_wire(score) for score in scores.tolist()])
    p = np.clip(np.concatenate((told, told)), EDGE, 1.0 - EDGE)
    times = np.concatenate((present, absent)).astype(np.int64)
    y = np.repeat(np.repeat([1.0, 0.0], len(told)), times)
    p = np.repeat(p, times)
    slope, large = calibration_slope(p, y), calibration_in_the_large(p, y)
    return Calibration(
        slope.value if slope else None,
        large.value if large else None,
        observed_over_expected(p, y),
        int(cases),
    )
