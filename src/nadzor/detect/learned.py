# SPDX-License-Identifier: Apache-2.0
"""Streams of devices before a learned chart: counts by stratum and day, their baselines, what was alarmed.

Between the rollup, which knows devices and dates, and stats/learned_chart.py, which knows neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, Located, code_digest
from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.stats.learned_change import Change, change
from nadzor.detect.stats.learned_chart import Alarm, Learned, chart, limits_of, passing, some
from nadzor.detect.stats.learned_limits import Design, chance_of
from nadzor.detect.stats.learned_strata import added
from nadzor.detect.window import Window
from nadzor.measures.columns import Block, Name, Pair

BASELINE_DAYS = 90
TOGETHER = 30
"""Strata that begin within so many days of the device's first share its baseline."""
LEAST = 400.0
"""Observations in a stream's baseline, at least: about four and a half a day."""
_MANY = 20_000_000


class Table(Struct, frozen=True):
    """Daily counts by stratum: `code` holds each stratum's place among the names, in order of the keys.

    `first` is the ordinal of column 0; `counts` are by (measure, dimension), of shape (strata, days).
    """

    first: int
    code: dict[Name, Ints]
    counts: dict[Pair, Floats]

    @property
    def length(self) -> int:
        """How many days there are."""
        return int(next(iter(self.counts.values())).shape[1])

    def date(self, column: int) -> date:
        """The calendar day of a column."""
        return date.fromordinal(self.first + column)

    def streams(self, *by: Name) -> Ints:
        """To which stream each stratum belongs when it is split by these keys, which lead the order."""
        changes = np.zeros(len(self.code["device"]), bool)
        for name in by:
            changes[1:] |= np.diff(self.code[name]) != 0
        return np.cumsum(changes).astype(np.int64)


class Watch(Struct, frozen=True, kw_only=True):
    """One kind of finding: which designs look for it, on which side, and each one's part of the budget.

    Units: differences below the tolerance, in units of the values, are none.
    """

    kind: str
    designs: tuple[tuple[Design, float], ...]
    side: int
    tolerance: float = 0.0


class Passed(Struct, frozen=True):
    """An alarm, the kind it is of, the design that gave it, and its change."""

    alarm: Alarm
    watch: Watch
    design: Design
    change: Change


def tabulate(
    days: Days, pairs: Sequence[Pair], *, by: Sequence[Name], split: Sequence[Name] = ()
) -> Table | None:
    """The counts of some measures by the keys, "device" first; None where there is no row.

    Negative sums, which half-made corrections leave, count as nothing.  `split` are further keys that others
    ask for: the rows are counted by them once and added up here.
    """
    keys = (*by, *split)
    told = days.shelf.kept(f"table {pairs} {keys}", lambda: _tabulated(days, pairs, keys))
    if told is None:
        return None
    stream = told.streams(*by)
    lead = np.flatnonzero(np.diff(stream, prepend=-1))
    counts = {pair: np.maximum(added(part, stream), 0.0) for pair, part in told.counts.items()}
    return Table(told.first, {name: told.code[name][lead] for name in by}, counts)


def of_devices(table: Table, devices: Ints) -> Table | None:
    """The rows of some devices alone, over the days on which they have any; None where they have none."""
    rows = np.flatnonzero(np.isin(table.code["device"], devices))
    seen = np.flatnonzero(np.any([(part[rows] > 0).any(axis=0) for part in table.counts.values()], axis=0))
    if not len(seen):
        return None
    span = slice(int(seen[0]), int(seen[-1]) + 1)
    return Table(
        table.first + span.start, {name: code[rows] for name, code in table.code.items()},
        {pair: part[rows, span] for pair, part in table.counts.items()},
    )  # fmt: skip


def _tabulated(days: Days, pairs: Sequence[Pair], by: Sequence[Name]) -> Table | None:
    blocks = [days.block(*pair) for pair in pairs]
    if not sum(map(len, blocks)):
        return None
    first = min(int(block.day.min()) for block in blocks if len(block))
    length = max(int(block.day.max()) for block in blocks if len(block)) + 1 - first
    used = [_used(blocks, name, len(days.columns.names[name])) for name in by]
    sizes = [len(some) for some in used]
    keys = [_keys(block, by, used) for block in blocks]
    present = _present(np.concatenate(keys), int(np.prod(sizes)))
    places = np.unravel_index(present, sizes)
    code = {name: some[place] for name, some, place in zip(by, used, places, strict=True)}
    counts = {}
    for pair, block, key in zip(pairs, blocks, keys, strict=True):
        cell = _place(key, present, int(np.prod(sizes)))
        cell *= length
        cell += block.day
        cell -= first
        sums = np.bincount(cell, weights=block.n, minlength=len(present) * length)
        counts[pair] = sums.reshape(len(present), length).astype(np.float64, copy=False)
    return Table(first, code, counts)


def _used(blocks: Sequence[Block], name: Name, size: int) -> Ints:
    """The codes of a key that occur, in order: names of everything else take no room then."""
    here = np.zeros(size, bool)
    for block in blocks:
        here[getattr(block, name)] = True
    return np.flatnonzero(here)


def _keys(block: Block, by: Sequence[Name], used: Sequence[Ints]) -> Ints:
    """One number for the keys of each row, in their order."""
    key = np.zeros(len(block), np.int64)
    for name, codes in zip(by, used, strict=True):
        if len(codes) == 1:
            continue
        place = np.zeros(int(codes[-1]) + 1, np.int64)
        place[codes] = np.arange(len(codes))
        key *= len(codes)
        key += place[getattr(block, name)]
    return key


def _place(keys: Ints, present: Ints, size: int) -> Ints:
    """Where each key stands among those present; looked up where the room allows it."""
    if size > _MANY:
        return np.searchsorted(present, keys)
    place = np.zeros(size, np.int64)
    place[present] = np.arange(len(present))
    return place[keys]


def _present(keys: Ints, size: int) -> Ints:
    """The distinct keys in order; without sorting where the room allows it."""
    return np.unique(keys) if size > _MANY else np.flatnonzero(np.bincount(keys, minlength=1))


def windows(
    table: Table, trials: Floats, devices: Sequence[str], registered: Mapping[str, Window]
) -> tuple[Ints, Ints]:
    """First and after column of each stratum's baseline: the registered one, or the first days.

    A stratum that begins later than the device has a baseline of its own.
    """
    alive = trials > 0
    start = np.where(alive.any(axis=1), alive.argmax(axis=1), table.length).astype(np.int64)
    device = table.code["device"]
    begins = np.full(len(devices), table.length, np.int64)
    np.minimum.at(begins, device, start)
    first = np.where(start < begins[device] + TOGETHER, begins[device], start)
    after = first + BASELINE_DAYS
    for code, name in enumerate(devices):
        if name in registered:
            low, high = (day.toordinal() - table.first for day in _ends(registered[name]))
            mine = (device == code) & (start < high)
            first[mine], after[mine] = max(low, 0), high
    return first, after


def _ends(window: Window) -> tuple[date, date]:
    return window.first, window.after


def enough(learned: Learned, *, least: float = LEAST) -> NDArray[np.bool_]:
    """Which streams have a baseline that something can be learned from."""
    strata = learned.strata
    column = np.arange(strata.count.shape[1])
    inside = (column >= strata.first[:, None]) & (column < strata.after[:, None])
    known = np.bincount(strata.stream, (strata.count * inside).sum(axis=1), learned.streams)
    return np.asarray(known >= least)


def passed(learned: Learned, watches: Sequence[Watch], share: Floats) -> list[Passed]:
    """The alarms of some kinds: a stream speaks once until all designs of its kind are below half a limit.

    `share` is each stream's part of the device's budget, zero where it is not watched.
    """
    streams = _candidates(learned, watches, share)
    if not len(streams):
        return []
    few = some(learned, streams)
    return [one for watch in watches for one in _of_one_kind(learned, few, streams, (watch, share[streams]))]


def _candidates(learned: Learned, watches: Sequence[Watch], share: Floats) -> Ints:
    """The streams that pass any limit of any design."""
    parts: dict[str, tuple[Design, float]] = {}
    for design, part in (one for watch in watches for one in watch.designs):
        parts[design.name] = (design, max(part, parts.get(design.name, (design, 0.0))[1]))
    found = [passing(learned, design, limits_of(design, part * share)) for design, part in parts.values()]
    return np.unique(np.concatenate(found))


def _of_one_kind(
    learned: Learned, few: Learned, streams: Ints, what: tuple[Watch, Floats]
) -> Iterator[Passed]:
    watch, share = what
    ratio = np.full((few.streams, few.strata.count.shape[1]), -np.inf)
    which, window = np.zeros(ratio.shape, np.int64), np.zeros(ratio.shape, np.int64)
    limits = [limits_of(design, part * share) for design, part in watch.designs]
    for i, (design, _) in enumerate(watch.designs):
        seen = chart(few, design, side=watch.side, tolerance=watch.tolerance)
        one = np.divide(seen.z, limits[i][:, None], out=seen.z, where=np.isfinite(seen.z))
        better = one > ratio
        ratio[better], which[better], window[better] = one[better], i, seen.window[better]
    for place, column in first_passes(ratio):
        i = int(which[place, column])
        h = float(limits[i][place])
        z = round(float(ratio[place, column]) * h, 9)
        alarm = Alarm(column, int(streams[place]), int(window[place, column]), z, h)
        design = watch.designs[i][0]
        yield Passed(alarm, watch, design, change(learned, design, alarm, side=watch.side))


def first_passes(ratio: Floats) -> list[tuple[int, int]]:
    """Where a stream passes its limit, and passes it again after it has been below half of it."""
    found = []
    for stream in np.flatnonzero((ratio > 1.0).any(axis=1)).tolist():
        column, line = 0, ratio[stream]
        while (over := np.flatnonzero(line[column:] > 1.0)).size:
            column += int(over[0])
            found.append((stream, column))
            calm = np.flatnonzero(line[column:] < 0.5)
            column = column + int(calm[0]) if calm.size else len(line)
    return found


class Scene(Struct, frozen=True, kw_only=True):
    """Everything that findings of a detector are written from."""

    detector: str
    budget: float
    days: Days
    table: Table
    learned: Learned
    journal_size: int | None = None


class Told(Struct, frozen=True, kw_only=True):
    """What a detector adds to an alarm: kind, names of the stream, effect and facts."""

    kind: str
    effect: Effect
    facts: dict[str, Fact]
    version: str = ""
    stratum: str = ""
    dimension: str = ""
    finding: str = ""


def finding_of(scene: Scene, one: Passed, told: Told) -> Finding:
    """A finding with everything needed to recompute it."""
    table, strata = scene.table, scene.learned.strata
    mine = np.flatnonzero(strata.stream == one.alarm.stream)
    device = scene.days.columns.names["device"][int(table.code["device"][mine[0]])]
    first_day = table.date(one.alarm.column)
    rows_hash, rows_read = scene.days.digest(device=device, after=first_day + timedelta(days=1))
    day, low, high = (table.date(at) for at in (one.change.onset, one.change.low, one.change.high))
    return Finding(
        detector=scene.detector, code=code_digest(scene.detector), kind=told.kind, device=device,
        version=told.version, stratum=told.stratum, dimension=told.dimension, finding=told.finding,
        statistic=one.alarm.z, threshold=one.alarm.limit,
        guarantee=Guarantee(
            kind="run_length", budget=scene.budget,
            spent=scene.budget * (one.alarm.column + 1 - int(strata.after[mine].min())) / 365.0,
        ),
        baseline=baseline_of(scene, device, mine), p_value=chance_of(one.design, one.alarm.z),
        over_dispersion=round(float(scene.learned.phi[one.alarm.stream]), 6), effect=told.effect,
        first_day=first_day, located=Located(day=day, low=low, high=high), journal_size=scene.journal_size,
        rows_hash=rows_hash, rows_read=rows_read,
        facts={"designed_for": one.design.name, "window_days": one.alarm.window, "design": "baseline",
               "estimate_chosen_by_alarm": True, **told.facts},
    )  # fmt: skip


def baseline_of(scene: Scene, device: str, mine: NDArray[np.intp]) -> Baseline:
    """The window that the strata of a stream learned from, and what was in it."""
    table, strata = scene.table, scene.learned.strata
    founding = mine[strata.after[mine] == strata.after[mine].min()]
    first, after = int(strata.first[founding].min()), int(strata.after[founding].min())
    known, seen = (float(part[founding, first:after].sum()) for part in (strata.count, strata.total))
    digest, _ = scene.days.digest(device=device, first=table.date(first), after=table.date(after))
    return Baseline(
        hash=digest, first=table.date(first), after=table.date(after), exposure=known, events=seen,
        rate=seen / known if known else None,
    )  # fmt: skip


def since(scene: Scene, one: Passed, part: Floats) -> Floats:
    """Sums over the changed days by stratum, zero for the strata of other streams."""
    sums = part[:, one.change.onset : one.alarm.column + 1].sum(axis=1)
    return np.where(scene.learned.strata.stream == one.alarm.stream, sums, 0.0)


def contributors(scene: Scene, one: Passed, key: Name, *, side: int) -> tuple[list[str], int]:
    """Names whose days since the change went the alarmed way, most first, and how many were watched."""
    strata = scene.learned.strata
    count = since(scene, one, strata.count)
    moved = side * (since(scene, one, strata.total) - count * scene.learned.mean)
    names, code = scene.days.columns.names[key], scene.table.code[key]
    by_name, watched = (np.bincount(code, values, len(names)) for values in (moved, count))
    chosen = [i for i in np.argsort(-by_name, kind="stable").tolist() if by_name[i] > 0 and names[i]]
    return [names[i] for i in chosen], int(np.count_nonzero(watched))
