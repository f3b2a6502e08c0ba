# SPDX-License-Identifier: Apache-2.0
"""Silence: no study where studies were to be expected, and whose silence it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import exp, log

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.context import Context
from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, Located, code_digest, in_order
from nadzor.detect.series import Days, Floats, Ints, Panel, grouped, unsplit
from nadzor.detect.silence.gaps import PEERS_MIN, QUIET_DAY, Gaps, Nation, crossings, find_gaps, nation
from nadzor.detect.silence.trailing import WEEKS, trailing
from nadzor.detect.stats.poisson_rate import count_bounds
from nadzor.measures.rollup import Row

NAME = "silence"
READS = unsplit("studies", "heartbeats")
BUDGET = 0.04
SUSPICIOUS = 3.0
"""Evidence in nats (one in twenty) with which a sister site joins a silence of the whole device."""
HEARTBEAT_DAYS = 14


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told.

    `after` is the first day that is not closed yet; `holidays` are days on which quiet is no event.
    Units: budget in false alarms per device-year.
    """

    budget: float = BUDGET
    after: date | None = None
    holidays: frozenset[date] = frozenset()
    journal_size: int | None = None


class Scene(Struct, frozen=True):
    """Everything a finding is written from."""

    panel: Panel
    studies: Floats
    beats: Floats
    device: Ints
    gaps: Gaps
    limits: Floats
    params: Params


def detect(rows: Sequence[Row] | Days, *, params: Params | None = None) -> list[Finding]:
    """Gaps too long for chance, of a site or a whole device; silence of everybody is one finding.

    Method: likelihood of the gap under a negative binomial with the stream's own weekday profile; the limit
    is ln(365 x sites / budget), since a gap that begins on any day reaches evidence G with chance exp(-G) at
    most.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    panel = Panel(days, by=("device", "site"), measures=("studies", "heartbeats"), after=params.after)
    studies = np.maximum(panel.counts["studies"], 0.0)
    if not panel.length or not studies.any():
        return []
    past = trailing(panel, studies)
    country = nation(panel, studies, past)
    device = _device_of(panel)
    limits = _limits(studies, device, params.budget)
    gaps = find_gaps(panel, studies, past, country)
    scene = Scene(panel, studies, panel.counts["heartbeats"], device, gaps, limits, params)
    return in_order([*_of_devices(scene), *_of_everybody(scene, country)])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told which days are closed and which were holidays."""
    told = Params(after=context.after, holidays=context.holidays, journal_size=context.journal_size)
    return detect(days, params=told)


def _device_of(panel: Panel) -> Ints:
    place: dict[str, int] = {}
    return np.array([place.setdefault(stream.device, len(place)) for stream in panel.streams], np.int64)


def _limits(studies: Floats, device: Ints, budget: float) -> Floats:
    """On each day the device's budget is shared by the sites it has had until then."""
    begun = np.cumsum(studies > 0, axis=1) > 0
    sites = grouped(begun.astype(np.float64), device)
    return np.asarray(np.log(365.0 * np.maximum(sites, 1.0) / budget)[device], dtype=np.float64)


def _of_devices(scene: Scene) -> list[Finding]:
    found: list[Finding] = []
    whole: dict[int, int] = {}
    cells = crossings(scene.gaps, scene.limits)
    for cell in cells[np.lexsort((scene.gaps.stream[cells], scene.gaps.column[cells]))]:
        stream, column = int(scene.gaps.stream[cell]), int(scene.gaps.column[cell])
        device = int(scene.device[stream])
        if whole.get(device, -1) >= int(scene.gaps.start[cell]):
            continue
        sisters = _silent_sisters(scene, stream, column)
        if sisters is not None:
            whole[device] = _returns(scene, sisters, column)
        found.append(_finding(scene, int(cell), sisters))
    return found


def _silent_sisters(scene: Scene, stream: int, column: int) -> NDArray[np.intp] | None:
    """All live sites of the device, if there are several and every one has fallen suspiciously silent."""
    gaps, week = scene.gaps, slice(max(0, column - 7 * WEEKS), column + 1)
    live = scene.studies[:, week].any(axis=1) & (scene.device == scene.device[stream])
    sisters = np.flatnonzero(live)
    now = (gaps.column == column) & np.isin(gaps.stream, sisters) & (gaps.evidence >= SUSPICIOUS)
    return sisters if len(sisters) > 1 and np.count_nonzero(now) == len(sisters) else None


def _returns(scene: Scene, sisters: NDArray[np.intp], column: int) -> int:
    """The last day before any of the sites reports again."""
    later = scene.studies[sisters, column:].any(axis=0)
    return column + int(later.argmax()) - 1 if later.any() else scene.panel.length


def _finding(scene: Scene, cell: int, sisters: NDArray[np.intp] | None) -> Finding:
    gaps, panel = scene.gaps, scene.panel
    stream, column, start = int(gaps.stream[cell]), int(gaps.column[cell]), int(gaps.start[cell])
    name, expected = panel.streams[stream], float(gaps.expected[cell])
    first_day, statistic = panel.date(column), float(gaps.evidence[cell])
    rows_hash, rows_read = panel.days.digest(device=name.device, after=first_day + timedelta(days=1))
    phi = 1.0 + float(gaps.dispersion[cell]) * expected / (column - start + 1)
    return Finding(
        detector=NAME, code=code_digest(NAME), kind="silence.site" if sisters is None else "silence.device",
        device=name.device, site=name.site if sisters is None else "",
        statistic=statistic, threshold=float(scene.limits[stream, start]),
        guarantee=Guarantee(kind="run_length", budget=scene.params.budget, spent=_spent(scene, stream,
        column)), baseline=_baseline(panel, name.device, start), over_dispersion=phi, p_value=exp(-statistic),
        effect=Effect(
            name="share_of_expected", estimate=0.0, low=0.0, high=min(1.0, count_bounds(0)[1] * phi /
            expected)
        ),
        first_day=first_day, located=Located(day=panel.date(start), low=panel.date(start), high=first_day),
        journal_size=scene.params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts=_facts(scene, stream, (start, column), sisters) | {"studies_expected": round(expected, 2)},
    )  # fmt: skip


def _facts(
    scene: Scene, stream: int, gap: tuple[int, int], sisters: NDArray[np.intp] | None
) -> dict[str, Fact]:
    """Which other explanations the same rows speak for or against."""
    start, column = gap
    panel, name = scene.panel, scene.panel.streams[stream]
    silent = panel.streams if sisters is None else [panel.streams[i] for i in sisters]
    at_site = [i for i, other in enumerate(panel.streams) if other.site == name.site and i != stream]
    working = [panel.streams[i].device for i in at_site if scene.studies[i, start : column + 1].any()]
    facts: dict[str, Fact] = {
        "days_silent": column - start + 1,
        "heartbeats_in_gap": int(scene.beats[stream, start : column + 1].sum()),
        "others_working_at_site": sorted(set(working)),
    }
    if sisters is not None:
        facts["sites"] = sorted(one.site for one in silent)
    return facts


def _spent(scene: Scene, stream: int, column: int) -> float:
    """How much of a year's budget the device has used by being watched until now."""
    watched = scene.studies[scene.device == scene.device[stream], : column + 1].any(axis=0)
    return scene.params.budget * (column - int(watched.argmax()) + 1) / 365.0


def _baseline(panel: Panel, device: str, start: int) -> Baseline:
    first, after = panel.date(max(0, start - 7 * WEEKS)), panel.date(start)
    digest, _ = panel.days.digest(device=device, first=first, after=after)
    return Baseline(hash=digest, first=first, after=after, exposure=float((after - first).days))


def _of_everybody(scene: Scene, country: Nation) -> list[Finding]:
    """Days on which all fell silent together, heartbeats too where there are any: our own receiver first."""
    share = np.divide(
        country.seen, country.expected, out=np.ones(len(country.seen)), where=country.expected > 0
    )
    quiet = (share < QUIET_DAY) & (country.peers >= PEERS_MIN)
    alive = _heartbeat_share(scene.beats)
    dark = quiet & np.where(np.isnan(alive), share < QUIET_DAY / 2, alive < QUIET_DAY)
    closed = [scene.panel.date(i) in scene.params.holidays for i in range(len(dark))]
    dark &= ~np.array(closed)
    begins = np.flatnonzero(dark & ~np.concatenate(([False], dark[:-1])))
    return [_system(scene, country, int(column), float(share[column])) for column in begins]


def _heartbeat_share(beats: Floats) -> Floats:
    """Which part of the installations that beat every day did so today; not a number where too few do."""
    steady = np.zeros_like(beats)
    for back in range(1, HEARTBEAT_DAYS + 1):
        steady[:, back:] += beats[:, :-back] > 0
    due = steady >= HEARTBEAT_DAYS - 2
    count = due.sum(axis=0)
    share = ((beats > 0) & due).sum(axis=0) / np.maximum(count, 1)
    return np.where(count >= PEERS_MIN, share, np.nan)


def _system(scene: Scene, country: Nation, column: int, share: float) -> Finding:
    day, panel = scene.panel.date(column), scene.panel
    digest, rows_read = panel.days.digest(first=day - timedelta(days=7), after=day + timedelta(days=1))
    before, _ = panel.days.digest(first=day - timedelta(days=7 * WEEKS), after=day)
    expected = float(country.expected[column])
    return Finding(
        detector=NAME, code=code_digest(NAME), kind="silence.system", statistic=1.0 - share,
        threshold=QUIET_DAY, guarantee=Guarantee(kind="run_length", budget=scene.params.budget, spent=0.0),
        baseline=Baseline(
            hash=before, first=day - timedelta(days=7 * WEEKS), after=day, exposure=7.0 * WEEKS,
            events=expected
        ),
        effect=Effect(
            name="share_of_expected", estimate=share, low=0.0,
            high=max(share, min(1.0, count_bounds(float(country.seen[column]))[1] / expected)),
        ),
        first_day=day, located=Located(day=day, low=day, high=day), journal_size=scene.params.journal_size,
        rows_hash=digest, rows_read=rows_read,
        facts={"streams_expected": int(country.peers[column]), "studies_expected": round(expected, 1)},
    )  # fmt: skip


def limit_of_gap(*, sites: int = 1, budget: float = 0.04) -> float:
    """The evidence a gap must reach at one of so many sites of a device.

    >>> round(limit_of_gap(), 2)
    9.12
    """
    return log(365.0 * sites / budget)
