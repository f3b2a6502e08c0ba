# SPDX-License-Identifier: Apache-2.0
"""How a device's own score becomes the integer 0..10000 of the wire.

Why: three real models score one finding between 0.500 and 0.504; on the plain scale 500 studies would share
36 integers and the AUC would move by 0.0014. A device registers an affine scale once, from its baseline;
ranks are untouched.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

WIRE_TOP: Final = 10_000
NARROW: Final = 0.1  # baseline scores that fill less than this much of 0..1 get a scale of their own


class ScoreScale(msgspec.Struct, frozen=True):
    """The registered range of a device's score for one finding.  Units: the device's own score, 0..1."""

    low: float = 0.0
    high: float = 1.0

    def to_wire(self, score: float) -> int:
        """The integer 0..10000 that stands for a score; a score outside the range is held at its ends.

        >>> ScoreScale(0.5, 0.6).to_wire(0.505)
        500
        """
        share = (score - self.low) / (self.high - self.low)
        return min(WIRE_TOP, max(0, round(share * WIRE_TOP)))

    def from_wire(self, wire: int) -> float:
        """The score that an integer of the wire stands for."""
        return self.low + (self.high - self.low) * wire / WIRE_TOP


def baseline_scale(scores: Sequence[float]) -> ScoreScale:
    """The scale to register for a baseline: 0..1, or its own range when it fills too little of that.

    >>> baseline_scale([0.1, 0.9])
    ScoreScale(low=0.0, high=1.0)
    >>> baseline_scale([0.5004, 0.5041])
    ScoreScale(low=0.5, high=0.505)
    """
    if not scores or max(scores) - min(scores) >= NARROW:
        return ScoreScale()
    low, high = math.floor(min(scores) * 1000) / 1000, math.ceil(max(scores) * 1000) / 1000
    return ScoreScale(low, high) if high > low else ScoreScale()
