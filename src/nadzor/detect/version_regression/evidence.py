# SPDX-License-Identifier: Apache-2.0
"""How much more likely a regression makes what was seen since a release than no change does.

Each of the ways a version may get worse is a direction and a size; the likelihood ratios of all of them are
mixed by weights fixed beforehand.  Under no change the mixture is a martingale from 1 on, so the chance that
it ever reaches 1 / alpha is at most alpha, however often one looks (Ville 1939; Robbins 1970).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from msgspec import Struct
from scipy.special import logsumexp

from nadzor.detect.series import Floats


class Way(Struct, frozen=True):
    """One way to get worse, and what it weighs among all.

    Units: logits for disagreement and positives, standard deviations for scores, odds ratio for failures.
    """

    weight: float
    disagreement: float = 0.0
    scores: float = 0.0
    positives: float = 0.0
    failures: float = 1.0


SIZES: Final = ((0.5, 0.35), (1.0, 0.45), (2.0, 0.2))
"""Half, once and twice the regression of the reference, and the weights of each."""
DIRECTIONS: Final = ((0.3, 0, 0), (0.25, 1, 0), (0.2, -1, 0), (0.1, 0, 1), (0.05, 0, -1))
"""Weight, side of the scores, side of the positives: agreement alone falls, or something moves with it."""
FAILING: Final = (2.5, 6.0)
WAYS: Final = (
    *(
        Way(weight * part, disagreement=0.5 * size, scores=0.2 * size * s, positives=0.25 * size * p)
        for weight, s, p in DIRECTIONS
        for size, part in SIZES
    ),
    *(Way(0.05, failures=ratio) for ratio in FAILING),
)
STREAMS: Final = ("disagreement", "scores", "positives")


class Evidence(Struct, frozen=True):
    """By release and day: the logarithm of the mixture, and the place of the way that says most."""

    log: Floats
    way: Floats


def mixed(
    streams: Mapping[str, tuple[Floats, Floats]],
    together: Mapping[tuple[str, str], Floats],
    failing: Mapping[float, Floats],
) -> Evidence:
    """The mixture over all ways; `streams` are (score, information), `failing` log ratios by odds ratio.

    `together` holds by release the correlation of two streams on days before it.

    Method: for a direction b, exp(b S - b V b / 2) with V the covariance of the scores S.
    """
    logs = [np.log(way.weight) + _log_ratio(way, streams, together, failing) for way in WAYS]
    told = np.stack(logs)
    return Evidence(logsumexp(told, axis=0), told.argmax(axis=0))


def _log_ratio(
    way: Way,
    streams: Mapping[str, tuple[Floats, Floats]],
    together: Mapping[tuple[str, str], Floats],
    failing: Mapping[float, Floats],
) -> Floats:
    if way.failures != 1.0:
        return failing[way.failures]
    by = {name: getattr(way, name) for name in STREAMS if getattr(way, name) and name in streams}
    log = np.zeros(next(iter(failing.values())).shape)
    for name, size in by.items():
        score, information = streams[name]
        log += size * score - size * size * information / 2.0
    for (one, other), share in together.items():
        if one in by and other in by:
            both = np.sqrt(streams[one][1] * streams[other][1])
            log -= by[one] * by[other] * share[:, None] * both
    return log
