# SPDX-License-Identifier: Apache-2.0
"""A declared month beside the same month computed from events: two numbers a column, never added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from nadzor.statutory.body import OWN_ERRORS
from nadzor.statutory.declared import sums
from nadzor.statutory.month import OF_FINDING, FindingResults, MonthReport
from nadzor.statutory.table import VERDICTS


class Beside(Struct, frozen=True):
    """One column: what the maker declares, what events tell.  Units: counts of their kind."""

    key: str
    declared: int
    counted: int

    @property
    def difference(self) -> int:
        """Declared beyond counted; below zero, less than counted."""
        return self.declared - self.counted


def compare(rows: Iterable[Mapping[str, Any]], report: MonthReport) -> list[Beside]:
    """Every column in which one of the two says something, in the template's order.

    Law: Order 4472.
    """
    declared, counted = sums(rows), counted_of(report)
    keys = dict.fromkeys([*counted, *declared])
    shown = (Beside(key, declared.get(key, 0), counted.get(key, 0)) for key in keys)
    return [one for one in shown if one.declared or one.counted]


def counted_of(report: MonthReport) -> dict[str, int]:
    """The whole month from events under the keys that a declared one has.

    Law: Order 4472.
    """
    whole = report.total
    told = {"attempts": whole.attempts, "studies": whole.studies, "declined": whole.declined}
    for kind, n in whole.errors.items():
        told[f"errors_{kind}" if kind in OWN_ERRORS else f"errors_other.{kind}"] = n
    told |= {f"reviews.{verdict}": whole.reviews.get(verdict, 0) for verdict in VERDICTS}
    for finding, results in whole.findings.items():
        told |= {f"results.{finding}.{measure}": _of(results, measure) for measure in OF_FINDING}
    return told


def _of(results: FindingResults, measure: str) -> int:
    return int(getattr(results, measure))
