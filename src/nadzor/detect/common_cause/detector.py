# SPDX-License-Identifier: Apache-2.0
"""Common cause: a shift that several devices share at a site, or on one maker's equipment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from msgspec import Struct

from nadzor.detect.common_cause.levels import PARTS, Movers, Streams, movers, streams
from nadzor.detect.common_cause.watched import DISAGREEMENT, POSITIVES, Watched, agreement, conclusions
from nadzor.detect.context import Context
from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee, Located, code_digest, in_order
from nadzor.detect.learned import LEAST, Passed, Watch, passed
from nadzor.detect.score_rows import PAIR as SCORES
from nadzor.detect.series import Days
from nadzor.detect.stats.learned_limits import SHIFT, chance_of
from nadzor.detect.window import Window
from nadzor.measures.columns import Columns, Name
from nadzor.measures.rollup import Row

NAME = "common_cause"
READS = frozenset({*POSITIVES, *DISAGREEMENT, SCORES})
BUDGET = 0.005
SPOKEN_DAYS = 120
"""How long a place or an equipment that was named is not named again."""
LEVEL = 1.96
SHIFTED = tuple(
    Watch(kind=f"common.{name}", designs=((SHIFT, 0.3 * BUDGET),), side=side, tolerance=0.12)
    for name, side in (("up", 1), ("down", -1))
)
AGREEING = (Watch(kind="common.agreement", designs=((SHIFT, 0.4 * BUDGET),), side=1, tolerance=0.12),)


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told: makers and registered baselines by device, size of the journal."""

    makers: Mapping[str, str] = {}
    registered: Mapping[str, Window] = {}
    journal_size: int | None = None


class Shared(Struct, frozen=True, kw_only=True):
    """An alarm of a stream of several devices, and those that moved."""

    watched: Watched
    streams: Streams
    one: Passed
    movers: Movers


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Shifts that several devices share, each told once.

    Method: positives and scores together, and disagreement, by device, site and equipment, each with its own
    past, less what all devices do together, in the learned charts of stats/learned_chart.py.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    names = days.columns.names["device"]
    makers = {code: params.makers.get(name, f"?{name}") for code, name in enumerate(names)}
    registered = dict(params.registered)
    found = [
        *_heard(conclusions(days, registered), SHIFTED, makers),
        *_heard(agreement(days, registered), AGREEING, makers),
    ]
    return in_order([_finding(days, one, params) for one in _once(found)])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    told = Params(makers=context.makers, registered=context.baselines, journal_size=context.journal_size)
    return detect(days, params=told)


def _heard(watched: Watched | None, watches: Sequence[Watch], makers: Mapping[int, str]) -> Iterator[Shared]:
    if watched is None:
        return
    for level in PARTS:
        told = streams(watched, level, makers)
        if told is None:
            continue
        share = np.where(told.known >= LEAST, np.minimum(told.chance, 1.0), 0.0)
        for one in passed(told.learned, watches, share):
            if who := movers(told, watched, one, makers):
                yield Shared(watched=watched, streams=told, one=one, movers=who)


def _once(found: Sequence[Shared]) -> list[Shared]:
    """In order of days, without what has just been said of the same place or equipment."""
    said: list[tuple[int, int, int]] = []
    told = []
    for one in sorted(found, key=lambda one: (one.one.alarm.column, list(PARTS).index(one.streams.level))):
        site, equipment = _where(one)
        column = one.one.alarm.column
        if not any(column - day < SPOKEN_DAYS and _meets((site, equipment), other) for day, *other in said):
            told.append(one)
            said.append((column, site, equipment))
    return told


def _meets(one: tuple[int, int], other: Sequence[int]) -> bool:
    """Whether two places overlap; -1 stands for all."""
    return all(a == b or -1 in (a, b) for a, b in zip(one, other, strict=True))


def _where(told: Shared) -> tuple[int, int]:
    """Codes of site and equipment of a stream; -1 where it is not split by it."""
    rows = told.streams.row[told.streams.stream == told.one.alarm.stream]
    site, equipment = int(told.watched.site[rows[0]]), int(told.watched.equipment[rows[0]])
    return (
        -1 if told.streams.level == "equipment" else site,
        -1 if told.streams.level == "site" else equipment,
    )


def _finding(days: Days, told: Shared, params: Params) -> Finding:
    one, (site, equipment) = told.one, _where(told)
    alarm, first = one.alarm, told.watched.first
    first_day = date.fromordinal(first + alarm.column)
    devices = [days.columns.names["device"][code] for code in told.movers.device]
    mine = _rows(days, told)
    digest, rows_read = mine.digest(after=first_day + timedelta(days=1))
    low, middle, high = (one.change.effect + side * LEVEL * one.change.error for side in (-1, 0, 1))
    maker = _name(days, "stratum", equipment)
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=one.watch.kind, site=_name(days, "site", site),
        stratum=maker, dimension="equipment" if maker else "", statistic=alarm.z, threshold=alarm.limit,
        guarantee=Guarantee(
            kind="run_length", budget=BUDGET, spent=BUDGET * (alarm.column + 1 - _begin(told)) / 365.0
        ),
        baseline=_baseline(mine, told), over_dispersion=_over_dispersion(told),
        p_value=chance_of(one.design, alarm.z),
        effect=Effect(name="shift_in_logits", estimate=middle, low=low, high=high), first_day=first_day,
        located=Located(
            day=date.fromordinal(first + one.change.onset), low=date.fromordinal(first + one.change.low),
            high=date.fromordinal(first + one.change.high),
        ),
        journal_size=params.journal_size, rows_hash=digest, rows_read=rows_read,
        facts={
            "devices": devices, "n_devices": len(devices), "devices_watched": told.movers.watched,
            "makers": sorted({params.makers.get(name, name) for name in devices}),
            "equipment": [maker] if maker else [], "sites": [_name(days, "site", site)] if site >= 0 else [],
            "window_days": alarm.window,
            "level": told.streams.level, "design": "baseline", "estimate_chosen_by_alarm": True,
        },
    )  # fmt: skip


def _rows(days: Days, told: Shared) -> Days:
    """The rows of the stream's devices, on its equipment where it has one."""
    rows = told.streams.row[told.streams.stream == told.one.alarm.stream]
    asked = np.zeros(len(days.columns.names["device"]), bool)
    asked[told.watched.device[rows]] = True
    equipment = _where(told)[1]
    blocks = {
        pair: block.where(
            np.flatnonzero(asked[block.device] & ((block.stratum == equipment) | (equipment < 0)))
        )
        for pair, block in days.columns.blocks.items()
    }
    return Days(Columns(days.columns.names, blocks), blocks)


def _begin(told: Shared) -> int:
    strata = told.streams.learned.strata
    return int(strata.after[strata.stream == told.one.alarm.stream].min())


def _over_dispersion(told: Shared) -> float:
    return round(float(told.streams.learned.phi[told.one.alarm.stream]), 6)


def _baseline(days: Days, told: Shared) -> Baseline:
    strata, first = told.watched.strata, told.watched.first
    mine = told.streams.row[told.streams.stream == told.one.alarm.stream]
    low, after = int(strata.first[mine].min()), int(strata.after[mine].min())
    digest, _ = days.digest(first=date.fromordinal(first + low), after=date.fromordinal(first + after))
    return Baseline(
        hash=digest, first=date.fromordinal(first + low), after=date.fromordinal(first + after),
        exposure=float(strata.count[mine, low:after].sum()),
    )  # fmt: skip


def _name(days: Days, key: Name, code: int) -> str:
    return days.columns.names[key][code] if code >= 0 else ""
