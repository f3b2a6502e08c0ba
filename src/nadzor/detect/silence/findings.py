# SPDX-License-Identifier: Apache-2.0
"""What is said of a gap: of one site, a clinic, a device, a group, or everybody."""

from __future__ import annotations

from datetime import timedelta
from math import exp

import numpy as np
from msgspec import Struct

from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, Located, code_digest
from nadzor.detect.silence.scene import Crossing, Scene
from nadzor.detect.stats.poisson_rate import count_bounds
from nadzor.detect.stats.quiet_days import CHANCE, PEERS_MIN, QUIET_DAY, Group
from nadzor.detect.stats.volume import WEEKS, Ints

NAME = "silence"
NAMED_MAX = 30
"""Sites named in a finding about many."""
ONE_DAY = timedelta(days=1)


def stream_finding(scene: Scene, crossing: Crossing, streams: Ints, *, what: str) -> Finding:
    """A silence of one site of a device, of all its sites, or of all devices of a clinic."""
    panel, name = scene.panel, scene.panel.streams[crossing.stream]
    device = "" if what == "clinic" else name.device
    first_day, start = panel.date(crossing.column), panel.date(crossing.start)
    rows_hash, rows_read = panel.days.digest(device=device, after=first_day + ONE_DAY)
    phi = 1.0 + crossing.dispersion * crossing.expected / (crossing.column - crossing.start + 1)
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=f"silence.{what}", device=device,
        site="" if what == "device" else name.site, statistic=crossing.evidence, threshold=crossing.limit,
        guarantee=Guarantee(
            kind="run_length", budget=scene.params.budget, spent=_spent(scene, crossing)
        ),
        baseline=_baseline(scene, crossing, device), over_dispersion=phi, p_value=exp(-crossing.evidence),
        effect=Effect(
            name="share_of_expected", estimate=0.0, low=0.0,
            high=min(1.0, count_bounds(0)[1] * phi / crossing.expected),
        ),
        first_day=first_day, located=Located(day=start, low=start, high=first_day),
        journal_size=scene.params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts=_facts(scene, crossing, streams, what),
    )  # fmt: skip


def _facts(scene: Scene, crossing: Crossing, streams: Ints, what: str) -> dict[str, Fact]:
    """Which other explanations the same rows speak for or against."""
    panel, gap = scene.panel, slice(crossing.start, crossing.column + 1)
    name = panel.streams[crossing.stream]
    beside = np.setdiff1d(np.flatnonzero(scene.site == scene.site[crossing.stream]), streams)
    working = [i for i in beside.tolist() if scene.studies[i, gap].any()]
    weeks = scene.studies[:, max(0, crossing.column - 7 * WEEKS) : crossing.start]
    live = np.asarray(weeks.max(axis=1, initial=0.0) > 0)
    beats = int(panel.counts["heartbeats"][streams, gap].sum())
    silent_beside = [i for i in beside.tolist() if live[i] and i not in working]
    stopped = _stopped(scene, crossing, beats=beats, beside=(len(working), len(silent_beside)))
    return {
        "days_silent": crossing.column - crossing.start + 1,
        "heartbeats_in_gap": beats,
        "others_working_at_site": sorted({panel.streams[i].device for i in working}),
        "others_silent_at_site": sorted({panel.streams[i].device for i in silent_beside}),
        "stopped": stopped if what == "site" else what,
        "sites": sorted({panel.streams[i].site for i in streams.tolist()}),
        "devices": sorted({panel.streams[i].device for i in streams.tolist()}),
        "sites_watched": int((live & (scene.device == scene.device[crossing.stream])).sum()),
        "observed": 0.0, "expected": round(crossing.expected, 2),
        "studies_expected": round(crossing.expected, 2), "estimate_chosen_by_alarm": True,
        "design": "baseline", "since_version": name.version,
    }  # fmt: skip


def _stopped(scene: Scene, crossing: Crossing, *, beats: int, beside: tuple[int, int]) -> str:
    """What most likely stopped: studies, the maker's sending, the site's line, or the device there.

    Why: heartbeats without studies mean that the device lives; other devices of the site that work clear the
    site's line; silent ones do not.
    """
    working, silent = beside
    maker = scene.params.makers.get(scene.panel.streams[crossing.stream].device)
    if beats:
        return "studies"
    if maker and _maker_silent(scene, crossing, maker):
        return "sender"
    if silent and not working:
        return "site"
    return "device" if working else "device_or_site"


def _maker_silent(scene: Scene, crossing: Crossing, maker: str) -> bool:
    """Whether half of the maker's other streams that should have sent on that day sent nothing either."""
    column, makers = crossing.column, scene.params.makers
    same = np.array([makers.get(one.device) == maker for one in scene.panel.streams])
    same[crossing.stream] = False
    due = same & (scene.calendar.expected[:, column] >= 3.0)
    return bool(due.sum() >= 2 and (scene.studies[due, column] == 0).mean() > 0.5)


def _spent(scene: Scene, crossing: Crossing) -> float:
    """How much of a year's budget the device has used by being watched until now."""
    mine = scene.device == scene.device[crossing.stream]
    watched = scene.studies[mine, : crossing.column + 1].any(axis=0)
    return scene.params.budget * (crossing.column - int(watched.argmax()) + 1) / 365.0


def _baseline(scene: Scene, crossing: Crossing, device: str) -> Baseline:
    panel = scene.panel
    first, after = panel.date(max(0, crossing.start - 7 * WEEKS)), panel.date(crossing.start)
    digest, _ = panel.days.digest(device=device, first=first, after=after)
    week = int(scene.calendar.volume.week_of(np.array(crossing.start)))
    return Baseline(
        hash=digest, first=first, after=after, exposure=float((after - first).days),
        rate=float(scene.calendar.volume.expected[crossing.stream, week].mean()),
    )  # fmt: skip


class Shared(Struct, frozen=True, kw_only=True):
    """A day on which many were quiet: what came, what was to be expected, and how unusual that is.

    `sites` are those whose rows are read; none of them named, the whole country's are.
    """

    kind: str
    column: int
    seen: float
    expected: float
    statistic: float
    threshold: float
    p_value: float | None = None
    sites: tuple[str, ...] = ()
    facts: dict[str, Fact]


def group_finding(scene: Scene, group: Group) -> Finding:
    """Streams of several devices at several sites that fell quiet on the same day: one event, no device.

    Its digests cover the rows of the group's own sites, of all devices there, as the fact `rows_of` says.
    """
    members = group.members
    names = [scene.panel.streams[i] for i in members.tolist()]
    makers = sorted({scene.params.makers.get(one.device, "") for one in names})
    sites = sorted({one.site for one in names})
    shared = Shared(
        kind="silence.group", column=group.first, seen=float(scene.studies[members, group.first].sum()),
        expected=float(scene.calendar.expected[members, group.first].sum()), statistic=float(group.seen),
        threshold=group.usual, p_value=group.p_value(), sites=tuple(sites), facts={
            "rows_of": "sites", "sites": sites[:NAMED_MAX], "n_sites": len(sites),
            "devices": len({one.device for one in names}), "makers": makers, "streams": len(names),
            "usual": round(group.usual, 1),
            "scope": "maker" if len(makers) == 1 and makers[0] else "group", "chance": CHANCE,
            "sites_watched": len(set(scene.site.tolist())),
        },
    )  # fmt: skip
    return _of_many(scene, shared)


def system_finding(scene: Scene, column: int, share: float) -> Finding:
    """Everybody fell silent: our own receiver, a holiday the calendar does not know, the network."""
    due = scene.calendar.expected[:, column]
    shared = Shared(
        kind="silence.system", column=column, seen=share * float(due.sum()), expected=float(due.sum()),
        statistic=1.0 - share, threshold=QUIET_DAY, facts={
            "rows_of": "everybody", "streams_expected": int((due > 0).sum()), "peers_min": PEERS_MIN,
            "studies_expected": round(float(due.sum()), 1), "stopped": "receiver",
        },
    )  # fmt: skip
    return _of_many(scene, shared)


def _of_many(scene: Scene, shared: Shared) -> Finding:
    """A finding without a device, on the rows of the week that ends on the day, of some sites or of all."""
    panel, day, expected = scene.panel, scene.panel.date(shared.column), max(shared.expected, 1e-9)
    digest, rows_read = panel.days.digest(
        first=day - timedelta(days=7), after=day + ONE_DAY, sites=shared.sites
    )
    share = shared.seen / expected
    told: dict[str, Fact] = {"observed": round(shared.seen, 1), "expected": round(expected, 1)}
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=shared.kind, statistic=shared.statistic,
        threshold=shared.threshold, p_value=shared.p_value,
        guarantee=Guarantee(kind="run_length", budget=scene.params.budget, spent=0.0),
        baseline=_weeks_before(scene, shared), effect=Effect(
            name="share_of_expected", estimate=share, low=0.0,
            high=max(share, min(1.0, count_bounds(shared.seen)[1] / expected)),
        ),
        first_day=day, located=Located(day=day, low=day, high=day), journal_size=scene.params.journal_size,
        rows_hash=digest, rows_read=rows_read, facts={**told, "design": "baseline", **shared.facts},
    )  # fmt: skip


def _weeks_before(scene: Scene, shared: Shared) -> Baseline:
    panel, day = scene.panel, scene.panel.date(shared.column)
    first = panel.date(max(0, shared.column - 7))
    digest, _ = panel.days.digest(first=first, after=day, sites=shared.sites)
    return Baseline(
        hash=digest, first=first, after=day, exposure=7.0 * WEEKS,
        events=float(scene.calendar.expected[:, shared.column].sum()),
    )  # fmt: skip
