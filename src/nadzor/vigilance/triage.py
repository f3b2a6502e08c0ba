# SPDX-License-Identifier: Apache-2.0
"""In which order signals are looked at: what could harm most, what is surest, what waits longest."""

from __future__ import annotations

from datetime import date
from math import log10
from typing import Final

from nadzor.detect.finding import Finding
from nadzor.workdays.arithmetic import add_workdays
from nadzor.workdays.calendar import CalendarMissing

TAKE_UP_DAYS: Final = {4: 1, 3: 2, 2: 5, 1: 10}
"""Working days in which a new signal is taken up, by severity.  A target of the house, no norm of law."""
STRENGTH_MAX: Final = 99.0


def strength(finding: Finding) -> float:
    """How strongly the evidence speaks, on one scale for all detectors.

    Units: decimal orders of magnitude against chance.
    Method: log10 of an e-value, −log10 of a p-value; where the guarantee is a run length, the daily chance of
    a false alarm at the threshold, raised to how many times the statistic exceeds it.
    """
    if finding.e_value is not None and finding.e_value > 0.0:
        return _bounded(log10(finding.e_value))
    if finding.p_value is not None:
        return _bounded(-log10(max(finding.p_value, 1e-99)))
    times = finding.statistic / finding.threshold if finding.threshold > 0.0 else 1.0
    return _bounded(-log10(max(finding.guarantee.budget, 1e-6) / 365.0) * max(times, 1.0))


def take_up_by(severity: int, *, since: date) -> date | None:
    """The last day of the internal target; None where the calendar of working days is not known yet."""
    try:
        return add_workdays(since, TAKE_UP_DAYS[severity])
    except CalendarMissing:
        return None


def _bounded(value: float) -> float:
    return round(min(max(value, 0.0), STRENGTH_MAX), 2)
