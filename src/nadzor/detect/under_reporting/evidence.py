# SPDX-License-Identifier: Apache-2.0
"""What each day says for "fewer studies come than used to": log likelihood ratios, capped."""

from __future__ import annotations

import numpy as np

from nadzor.detect.stats.volume import Floats

RATIOS = (0.6, 0.8)
"""Falls that charts are built for: to six tenths, and to eight."""
DAY_MAX = 3.0
"""Nats: no day alone says more, however few came."""
SHUT = 0.3
"""Below this part of its expectation a day may have been half a holiday."""
SHUT_MAX = 1.5
"""Nats: a day that may have been half a holiday says no more than this."""
SHUT_MIN = 8.0
"""Studies expected above which a day may be half a holiday at all."""
NONE_MIN = 6.0
"""Studies expected above which a day with none is left to the detector of silence, as a second one is."""


def day_scores(studies: Floats, mean: Floats, dispersion: Floats, ratio: float) -> Floats:
    """Log likelihood ratio of "the mean is ratio times what was expected", each day; nothing where none is.

    Method: negative binomial, n ln r + (n + 1/k) ln((1 + k mu) / (1 + k r mu)), capped above.
    Units: nats; arrays of one shape, stream by day.
    """
    score = studies * np.log(ratio) + (studies + 1.0 / dispersion) * (
        np.log1p(dispersion * mean) - np.log1p(dispersion * ratio * mean)
    )
    cap = np.where(studies <= SHUT * mean, np.where(mean >= SHUT_MIN, SHUT_MAX, DAY_MAX), DAY_MAX)
    none = (studies == 0) & (mean > 0)
    silent = none & (mean >= NONE_MIN)
    silent[:, 1:] |= none[:, 1:] & none[:, :-1]
    return np.where((mean > 0) & ~silent, np.minimum(score, cap), 0.0)
