# SPDX-License-Identifier: Apache-2.0
"""What can be put into a nation on purpose, whom it concerns, and in which units its size is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal, get_args

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

FaultKind = Literal[
    "silent_site", "failing_version", "failing_site", "error_burst", "contradicted_claim", "outage",
    "version_regression", "vendor_drift", "calibration_decay", "under_reporting", "copied_weeks",
    "too_regular", "round_numbers", "label_decay", "safety_signal", "holiday", "season", "growth", "new_site",
    "scanner_change", "new_build", "unregistered_version", "declined_rise", "slow", "hasty", "subgroup",
    "hidden_failures", "easy_only", "constant_scores", "dated_back",
]  # fmt: skip
KINDS: Final[tuple[FaultKind, ...]] = get_args(FaultKind)
BENIGN: Final = frozenset({"outage", "holiday", "season", "growth", "new_site"})
"""What must raise no alarm about any device."""
FAILING: Final = frozenset({"failing_version", "failing_site", "error_burst", "hidden_failures"})
SILENT: Final = frozenset({"silent_site", "outage"})


class Fault(Struct, frozen=True, kw_only=True):
    """Something put into the nation on purpose, so that a detector can be asked for it.

    `device` empty means all devices; `post` counts the device's posts from 0, and is -1 where all of them
    are meant, as -1 is for `clinic` and `region`; `stratum` is an age band or a sex.
    Units of size: multiplies the odds of failure (failing_version, failing_site, error_burst; below 1 in
    hidden_failures) or of a refusal (declined_rise), the duration (slow), the time to sign (hasty), the
    volume (under_reporting), the variance (too_regular), the rate of a problem (safety_signal); is taken from
    the sensitivity (contradicted_claim, label_decay); standard deviations of the score (vendor_drift,
    scanner_change); logits (calibration_decay, season, subgroup); so many times the reference change
    (version_regression); how many copies (copied_weeks); the round number (round_numbers); growth in 180 days
    (growth); the share of studies dated a month back (dated_back).  It means nothing where only easy studies
    are told (easy_only), or one score (constant_scores).
    """

    kind: FaultKind
    device: str = ""
    post: int = -1
    version: str = ""
    finding: str = ""
    first: date
    days: int
    size: float = 1.0
    equipment: str = ""
    clinic: int = -1
    region: int = -1
    stratum: str = ""
    problem: str = ""

    def covers(self, day: date) -> bool:
        """Whether the fault is there on a day."""
        return self.first <= day < self.first + timedelta(days=self.days)

    def on(self, first: date, length: int) -> NDArray[np.bool_]:
        """On which of `length` days from `first` on the fault is there."""
        at = np.arange(length) - (self.first - first).days
        return np.asarray((at >= 0) & (at < self.days))
