# SPDX-License-Identifier: Apache-2.0
"""All detectors together: which there are, what they read, and one run over the same days."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from nadzor.detect.context import Context
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.finding import Finding
from nadzor.detect.locate.locate import explain
from nadzor.detect.series import Days, Wanted, unsplit
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row

STUDIES = unsplit("studies")
"""What every finding is located by, whatever its detector reads."""


class Detector(Protocol):
    """What the module `detector` of every folder offers."""

    NAME: str
    READS: Wanted

    def watch(self, days: Days, context: Context) -> list[Finding]:
        """What it says of these days, told what the register and the calendar know."""


@cache
def detector(name: str) -> Detector:
    """The detector of this name."""
    return cast(Detector, import_module(f"nadzor.detect.{name}.detector"))


def reads(names: Collection[str] = DETECTORS) -> Wanted:
    """All (measure, dimension) pairs that these detectors read."""
    return frozenset(pair for name in names for pair in detector(name).READS)


def run_suite(
    rows: Iterable[Row] | Columns | Days, context: Context, *, only: Collection[str] = DETECTORS
) -> list[Finding]:
    """The findings of all detectors, or of some, in the order in which detectors run, each located.

    Why: what a detector found is set beside releases and shared causes afterwards, never as its trigger.
    """
    days = Days.of(rows, {*reads(only), *STUDIES})
    found = [
        finding
        for name in DETECTORS
        if name in only
        for finding in detector(name).watch(days.only(detector(name).READS), context)
    ]
    causes = [one for one in found if one.detector == "common_cause"]
    return [explain(one, days, causes).finding if one.device else one for one in found]
