# SPDX-License-Identifier: Apache-2.0
"""Counts for pages: sums asked of the rollup once and remembered while that rollup stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.telemetry.lateness import SenderLateness, lateness
from nadzor.telemetry.rollup_file import RollupManifest
from nadzor.telemetry.store import Rollups

REMEMBERED = 512  # answers; about a page of numbers each, gone with the next rollup
Sums = tuple[tuple[Any, ...], ...]


class Counts:
    """One rollup's answers for one page; absent before the first rollup, when every sum is empty."""

    def __init__(self, home: Home) -> None:
        try:
            self._rollups: Rollups | None = Rollups.open(home)
        except Refusal:
            self._rollups = None

    @property
    def manifest(self) -> RollupManifest | None:
        """What the rollup says about itself."""
        return self._rollups.manifest if self._rollups else None

    @property
    def digest(self) -> str:
        """The digest that every chart and figure of the page rests on."""
        return self._rollups.manifest.digest if self._rollups else ""

    def last_day(self, today: date) -> date:
        """The last day that figures can speak of: it is over, and something was known by its end."""
        known = self.manifest.known_until if self.manifest else None
        yesterday = today - timedelta(days=1)
        return min(known, yesterday) if known else yesterday

    def last_receipt(self, today: date) -> date:
        """The last day of which receipts are counted, today included: what was received stays received."""
        known = self.manifest.known_until if self.manifest else None
        return known or today

    def daily(self, measure: str, *, by: Sequence[str] = (), **where: Any) -> Sums:
        """Sums (day, *by, n) in order."""
        return self.sums(measure, by=("day", *by), **where)

    def sums(self, measure: str, *, by: Sequence[str], **where: Any) -> Sums:
        """Sums (*by, n) in order."""
        if self._rollups is None:
            return ()
        asked = tuple(sorted((name, _frozen(value)) for name, value in where.items() if value is not None))
        return _remembered(_Key(self._rollups), measure, tuple(by), asked)

    def total(self, measure: str, **where: Any) -> int:
        """One number."""
        return sum(n for (n,) in self.sums(measure, by=(), **where))

    def lateness(
        self, device: str, *, since: date | None = None, until: date | None = None
    ) -> list[SenderLateness]:
        """Every sender's lateness, the latest first."""
        return lateness(self._rollups, device, since=since, until=until) if self._rollups else []


class _Key:
    """A rollup as a key: equal when its digest is."""

    def __init__(self, rollups: Rollups) -> None:
        self.rollups = rollups
        self.digest = rollups.manifest.digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=REMEMBERED)
def _remembered(key: _Key, measure: str, by: tuple[str, ...], where: tuple[tuple[str, Any], ...]) -> Sums:
    return tuple(key.rollups.totals(measure, by=by, **dict(where)))


def _frozen(value: Any) -> Any:
    return value if isinstance(value, str | date) else tuple(value)


def span(first: date, after: date) -> list[date]:
    """Every day from the first up to, not including, the last."""
    return [first + timedelta(days=n) for n in range((after - first).days)]
