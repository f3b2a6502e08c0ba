# SPDX-License-Identifier: Apache-2.0
"""What a run every night would have said, beside what is said once all rows are there.

An alarm's first day is computed from complete rows; a night knows only what had arrived.  How far apart the
two are is measured here: alarms that come later than they date themselves, and alarms that go away again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
from msgspec import Struct

from nadzor.measures.columns import Columns
from nadzor.simulate.scoring import Alarm

SAME_DAYS: Final = 14
"""Two runs speak of one matter where they date the same stream's alarm no further apart than this."""
SOON: Final = 3
"""Days after its own night within which an alarm still counts as raised in time."""


class Night(Struct, frozen=True):
    """What was said by a run that knew all that was known before the day `after`."""

    after: date
    alarms: Sequence[Alarm]


class Nightly(Struct, frozen=True, kw_only=True):
    """How the alarms of nights compare with those that stand when all is known.

    `standing` are those dated within the nights; `same_night` and `soon` are the shares of them raised in the
    first run that could, or at most three days later; `unheard` were raised in no night.  `raised` counts the
    matters that nights spoke of, `vanished` those of them that complete rows do not support.
    Units: lags in days beyond the first run that could; rate in vanished alarms per device-year.
    """

    standing: int
    same_night: float | None
    soon: float | None
    median_lag: float | None
    longest_lag: int | None
    unheard: int
    raised: int
    vanished: int
    vanished_rate: float


def known_before(columns: Columns, day: date) -> Columns:
    """What had happened and was known before a day."""
    cut = day.toordinal()
    return Columns(
        columns.names, {p: b.where((b.day < cut) & (b.known < cut)) for p, b in columns.blocks.items()}
    )


def nightly(nights: Sequence[Night], final: Sequence[Alarm], *, device_years: float) -> dict[str, Nightly]:
    """The comparison for each detector that spoke at all, and for all of them under `suite`."""
    alarms = [alarm for night in nights for alarm in night.alarms]
    names = sorted({alarm.detector for alarm in (*alarms, *final)})
    told = {name: _of(name, nights, final) for name in names}
    return {
        name: compared(some_nights, some, device_years=device_years)
        for name, (some_nights, some) in {"suite": (list(nights), list(final)), **told}.items()
    }


def _of(name: str, nights: Sequence[Night], final: Sequence[Alarm]) -> tuple[list[Night], list[Alarm]]:
    """What one detector said."""
    mine = [Night(night.after, [one for one in night.alarms if one.detector == name]) for night in nights]
    return mine, [one for one in final if one.detector == name]


def compared(nights: Sequence[Night], final: Sequence[Alarm], *, device_years: float) -> Nightly:
    """The comparison over all alarms given.

    Method: a matter is a stream whose alarms are dated, from one night to the next, at most 14 days apart.
    """
    matters = _matters(nights)
    watched = [one for one in final if nights and nights[0].after <= one.day < nights[-1].after]
    lags = [_lag(one, matters.get(one.stream, []), nights) for one in watched]
    heard = np.array([lag for lag in lags if lag is not None], np.int64)
    raised = [matter for some in matters.values() for matter in some if matter.began > nights[0].after]
    standing: dict[str, list[date]] = {}
    for one in final:
        standing.setdefault(one.stream, []).append(one.day)
    vanished = sum(not _stands(matter, standing) for matter in raised)
    return Nightly(
        standing=len(watched), same_night=_share(heard <= 0, len(watched)),
        soon=_share(heard <= SOON, len(watched)), median_lag=float(np.median(heard)) if len(heard) else None,
        longest_lag=int(heard.max()) if len(heard) else None, unheard=len(watched) - len(heard),
        raised=len(raised), vanished=vanished,
        vanished_rate=vanished / device_years if device_years > 0 else 0.0,
    )  # fmt: skip


class _Matter(Struct):
    """A stream's alarm from night to night: the night that raised it, and every first day it was given."""

    stream: str
    began: date
    days: set[date]

    def near(self, day: date) -> bool:
        """Whether an alarm of that day is the same matter."""
        return any(abs((day - mine).days) <= SAME_DAYS for mine in self.days)


def _matters(nights: Iterable[Night]) -> dict[str, list[_Matter]]:
    """What the nights spoke of, by stream, in the order in which it was first said."""
    matters: dict[str, list[_Matter]] = {}
    for night in nights:
        for alarm in night.alarms:
            mine = matters.setdefault(alarm.stream, [])
            known = next((matter for matter in mine if matter.near(alarm.day)), None)
            if known:
                known.days.add(alarm.day)
            else:
                mine.append(_Matter(alarm.stream, night.after, {alarm.day}))
    return matters


def _lag(alarm: Alarm, matters: Sequence[_Matter], nights: Sequence[Night]) -> int | None:
    """Days from the first run that could have raised an alarm to the one that did; none where none did."""
    due = next(night.after for night in nights if night.after > alarm.day)
    began = [matter.began for matter in matters if matter.near(alarm.day)]
    return max(0, (min(began) - due).days) if began else None


def _stands(matter: _Matter, standing: Mapping[str, Sequence[date]]) -> bool:
    return any(matter.near(day) for day in standing.get(matter.stream, ()))


def _share(chosen: np.ndarray[tuple[int], np.dtype[np.bool_]], total: int) -> float | None:
    return float(chosen.sum() / total) if total else None
