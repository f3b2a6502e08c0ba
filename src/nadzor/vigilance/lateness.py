# SPDX-License-Identifier: Apache-2.0
"""How long reports took to reach the regulator, and which dates say nothing or contradict each other.

Pure: told the three days of each report.  Nothing is guessed: a day that is not known stays unknown, and a
report whose days contradict each other is counted by itself and lends no lag to anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from statistics import median
from typing import Final, TypeVar

from msgspec import Struct

LATE_DAYS: Final = 30
VERY_LATE_DAYS: Final = 180
AWARE_BEFORE_EVENT: Final = "aware_before_event"
RECEIVED_BEFORE_AWARE: Final = "aware_after_received"
RECEIVED_BEFORE_EVENT: Final = "event_after_received"
CONTRADICTIONS: Final = (AWARE_BEFORE_EVENT, RECEIVED_BEFORE_AWARE, RECEIVED_BEFORE_EVENT)
Key = TypeVar("Key", bound=Hashable)


class Days(Struct, frozen=True):
    """The three clocks of a report; each may be unknown."""

    event_on: date | None = None
    aware_on: date | None = None
    received_on: date | None = None


class Lateness(Struct, frozen=True, kw_only=True):
    """Lags of a set of reports: n = undated + contradictory + dated.

    Units: days from becoming aware to receipt; shares 0..1 are of the dated reports, and None without any.
    """

    n: int
    undated: int
    contradictory: int
    dated: int
    median_lag_days: float | None
    over_30: int
    share_over_30: float | None
    over_180: int
    share_over_180: float | None


def contradictions(days: Days) -> tuple[str, ...]:
    """What contradicts itself in the days of a report, as codes for `doubts`; an unknown day never does."""
    pairs = (
        (AWARE_BEFORE_EVENT, days.event_on, days.aware_on),
        (RECEIVED_BEFORE_AWARE, days.aware_on, days.received_on),
        (RECEIVED_BEFORE_EVENT, days.event_on, days.received_on),
    )
    return tuple(code for code, first, then in pairs if first and then and then < first)


def lag(days: Days) -> int | None:
    """Days from becoming aware to receipt; None where either is unknown or the days contradict each other."""
    if days.aware_on is None or days.received_on is None or contradictions(days):
        return None
    return (days.received_on - days.aware_on).days


def lateness(reports: Iterable[Days]) -> Lateness:
    """The ledger of a set of reports.

    >>> lateness([Days(None, date(2026, 1, 1), date(2026, 2, 1))]).over_30
    1
    """
    told = list(reports)
    undated = sum(each.aware_on is None or each.received_on is None for each in told)
    lags = [found for each in told if (found := lag(each)) is not None]
    over_30, over_180 = (sum(found > limit for found in lags) for limit in (LATE_DAYS, VERY_LATE_DAYS))
    return Lateness(
        n=len(told), undated=undated, contradictory=len(told) - undated - len(lags), dated=len(lags),
        median_lag_days=median(lags) if lags else None,
        over_30=over_30, share_over_30=_share(over_30, lags),
        over_180=over_180, share_over_180=_share(over_180, lags),
    )  # fmt: skip


def by_key(reports: Iterable[tuple[Key, Days]]) -> Mapping[Key, Lateness]:
    """The ledger of each group of reports, in the order in which the groups were first met."""
    groups: dict[Key, list[Days]] = defaultdict(list)
    for key, days in reports:
        groups[key].append(days)
    return {key: lateness(mine) for key, mine in groups.items()}


def _share(part: int, whole: list[int]) -> float | None:
    return part / len(whole) if whole else None
