# SPDX-License-Identifier: Apache-2.0
"""Silence: no study where studies were to be expected, and whose silence it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from nadzor.detect.context import Context
from nadzor.detect.finding import Finding, in_order
from nadzor.detect.series import Days, Floats, Ints, Panel, unsplit
from nadzor.detect.silence.findings import group_finding, stream_finding, system_finding
from nadzor.detect.silence.gaps import Gaps, beat_evidence, crossings, find_gaps
from nadzor.detect.silence.limits import LEAST, gap_limits, limit_of_gap
from nadzor.detect.silence.scene import BUDGET, PATIENCE, Crossing, Params, Scene
from nadzor.detect.stats.calendar import calendar_of, numbered
from nadzor.detect.stats.quiet_days import QUIET_DAY, national_share
from nadzor.detect.stats.volume import WEEKS, Bools
from nadzor.measures.rollup import Row

__all__ = ["BUDGET", "NAME", "READS", "Params", "closed_before", "detect", "limit_of_gap", "watch"]

NAME = "silence"
READS = unsplit("studies", "heartbeats")
SUSPICIOUS = 3.0
"""Evidence in nats (one in twenty) with which a sister site joins a silence of the whole device."""
HEARTBEAT_DAYS = 14
HEARTBEATS_MIN = 5


def detect(rows: Sequence[Row] | Days, *, params: Params | None = None) -> list[Finding]:
    """Gaps too long for chance, of a site, a clinic or a whole device; silence of many is one event.

    Method: likelihood of the gap under a negative binomial with the stream's own weekday profile; the limit
    is the evidence that a device's sites reach by chance PATIENCE times the budget in a year (limits.py),
    since most of what chance brings is over before a closed clinic's days are.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    panel = Panel(
        days, by=("device", "site"), measures=("studies", "heartbeats"), after=closed_before(days, params)
    )
    studies = np.maximum(panel.counts["studies"], 0.0)
    if not panel.length or not studies.any():
        return []
    scene = _scene(panel, studies, params)
    groups = [group_finding(scene, group) for group in scene.calendar.groups]
    return in_order([*_of_streams(scene), *groups, *_of_everybody(scene)])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told which days are closed, which were holidays, and who makes what."""
    told = Params(
        after=context.after, holidays=context.holidays, journal_size=context.journal_size,
        makers=context.makers,
    )  # fmt: skip
    return detect(days, params=told)


def closed_before(days: Days, params: Params) -> date | None:
    """The first day that is not closed: as told, or after the last day, unless that is tomorrow's date.

    Why: a clinic east of Moscow sends studies of tomorrow's date while it is still today elsewhere; nobody
    else is silent for that.
    """
    if params.after or not len(days):
        return params.after
    tomorrow = int(days.known.max()) == days.after - 2
    return date.fromordinal(days.after - 1 if tomorrow else days.after)


def _scene(panel: Panel, studies: Floats, params: Params) -> Scene:
    """The nation's days, and the gaps in them."""
    device, site = (numbered([getattr(one, key) for one in panel.streams]) for key in ("device", "site"))
    rest = np.array([panel.date(i) in params.holidays for i in range(panel.length)])
    calendar = calendar_of(studies, rest, int(panel.weekdays()[0]), streams=(device, site))
    gaps = find_gaps(studies, panel.counts["heartbeats"], calendar.volume, calendar.openness)
    return Scene(
        panel=panel, studies=studies, device=device, site=site, gaps=gaps, calendar=calendar, rest=rest,
        params=params,
    )  # fmt: skip


def _crossings(scene: Scene) -> list[Crossing]:
    """Gaps that reach the limit of their device in the week in which they began, in order of days."""
    gaps, volume = scene.gaps, scene.calendar.volume
    cells = np.flatnonzero(gaps.evidence >= LEAST)
    weeks = int(volume.known.shape[1])
    wanted, place = np.unique(
        scene.device[gaps.stream[cells]] * weeks + volume.week_of(gaps.start[cells]), return_inverse=True
    )
    pairs, owner = _sites_of(scene, wanted // weeks, wanted % weeks)
    beats = _beats_by_week(scene)
    limits = gap_limits(volume, beats, pairs, owner=owner, budget=PATIENCE * scene.params.budget)[place]
    crossed = crossings(gaps, cells, limits)
    of_cell = dict(zip(cells.tolist(), limits.tolist(), strict=True))
    order = crossed[np.lexsort((gaps.stream[crossed], gaps.column[crossed]))]
    return [_crossing(gaps, cell, of_cell[cell]) for cell in order.tolist()]


def _crossing(gaps: Gaps, cell: int, limit: float) -> Crossing:
    return Crossing(
        stream=int(gaps.stream[cell]), start=int(gaps.start[cell]), column=int(gaps.column[cell]),
        evidence=float(gaps.evidence[cell]), expected=float(gaps.expected[cell]),
        dispersion=float(gaps.dispersion[cell]), limit=limit,
    )  # fmt: skip


def _sites_of(scene: Scene, device: Ints, week: Ints) -> tuple[tuple[Ints, Ints], Ints]:
    """All streams that a device had in a week, flat, and which (device, week) each belongs to."""
    mine = (scene.device == device[:, None]) & scene.calendar.volume.known[:, week].T
    owner, stream = np.nonzero(mine)
    return (stream, week[owner]), owner


def _beats_by_week(scene: Scene) -> Floats:
    """What a missing heartbeat would say on the first day of each week."""
    first = np.maximum(7 * np.arange(scene.calendar.volume.known.shape[1]) - scene.calendar.volume.offset, 0)
    return np.asarray(beat_evidence(scene.panel.counts["heartbeats"])[:, first])


def _of_streams(scene: Scene) -> list[Finding]:
    """One finding for each gap, or for each device or clinic whose streams fell silent together."""
    found: list[Finding] = []
    told: dict[tuple[str, int], int] = {}
    for crossing in _crossings(scene):
        keys = ("device", int(scene.device[crossing.stream])), ("clinic", int(scene.site[crossing.stream]))
        if any(told.get(key, -1) >= crossing.start for key in keys):
            continue
        for (what, number), of in zip(keys, (scene.device, scene.site), strict=True):
            sisters = _silent_together(scene, of == number, crossing)
            if len(sisters):
                told[what, number] = _returns(scene, sisters, crossing.column)
                found.append(stream_finding(scene, crossing, sisters, what=what))
                break
        else:
            found.append(stream_finding(scene, crossing, np.array([crossing.stream]), what="site"))
    return found


def _silent_together(scene: Scene, mine: Bools, crossing: Crossing) -> Ints:
    """All live streams of a device or clinic, if there are several and every one is suspiciously silent."""
    gaps, column = scene.gaps, crossing.column
    sisters = np.flatnonzero(scene.studies[:, max(0, column - 7 * WEEKS) : column + 1].any(axis=1) & mine)
    now = (gaps.column == column) & np.isin(gaps.stream, sisters) & (gaps.evidence >= SUSPICIOUS)
    together = len(sisters) > 1 and np.count_nonzero(now) == len(sisters)
    return np.asarray(sisters if together else sisters[:0], dtype=np.int64)


def _returns(scene: Scene, sisters: Ints, column: int) -> int:
    """The last day before any of the sisters reports again."""
    later = scene.studies[sisters, column:].any(axis=0)
    return column + int(later.argmax()) - 1 if later.any() else scene.panel.length


def _of_everybody(scene: Scene) -> list[Finding]:
    """Days on which all fell silent together, heartbeats too where there are any: our own receiver first."""
    share = np.nan_to_num(national_share(scene.studies, scene.calendar.expected), nan=1.0)
    alive = _heartbeat_share(scene.panel.counts["heartbeats"])
    dark = (share < QUIET_DAY) & np.where(np.isnan(alive), share < QUIET_DAY / 2, alive < QUIET_DAY)
    dark &= ~scene.rest
    begins = np.flatnonzero(dark & ~np.concatenate(([False], dark[:-1])))
    return [system_finding(scene, column, float(share[column])) for column in begins.tolist()]


def _heartbeat_share(beats: Floats) -> Floats:
    """Which part of the installations that beat every day did so today; not a number where too few do."""
    sums = np.zeros((len(beats), beats.shape[1] + 1))
    np.cumsum(beats > 0, axis=1, out=sums[:, 1:])
    here = np.arange(beats.shape[1])
    due = sums[:, here] - sums[:, np.maximum(here - HEARTBEAT_DAYS, 0)] >= HEARTBEAT_DAYS - 2
    count = due.sum(axis=0)
    share = ((beats > 0) & due).sum(axis=0) / np.maximum(count, 1)
    return np.where(count >= HEARTBEATS_MIN, share, np.nan)
