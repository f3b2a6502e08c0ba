# SPDX-License-Identifier: Apache-2.0
"""Version regression: since a release a device is worse, each site against its own days before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import exp

import numpy as np
from msgspec import Struct, structs

from nadzor.detect.context import Context
from nadzor.detect.finding import (
    Baseline,
    Effect,
    Fact,
    Finding,
    Guarantee,
    Located,
    code_digest,
    in_order,
)
from nadzor.detect.locate.onset import Onset
from nadzor.detect.series import Days
from nadzor.detect.version_regression.compared import PAST
from nadzor.detect.version_regression.contrast import LEVEL, Shift, places, upgraded, waiting
from nadzor.detect.version_regression.evidence import WAYS
from nadzor.detect.version_regression.failed import failing_shift, failing_sites
from nadzor.detect.version_regression.rollback import SURE, Return, returned
from nadzor.detect.version_regression.scene import READS, Scene, scene
from nadzor.detect.version_regression.since import EXCLUDED, moved, since
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row

__all__ = ["BUDGET", "NAME", "READS", "detect", "watch"]
NAME = "version_regression"
BUDGET = 0.02
OVERSHOOT = 0.25
"""A mixture that is looked at once a day for sixty days passes 1 / alpha less often than alpha by so much."""
CLEAR = 2.58
"""Standard errors by which sites with the version must differ from those without it."""


class Alarm(Struct, frozen=True):
    """A release whose evidence has passed its limit: its place, the days since it, limit and onset."""

    release: int
    day: int
    limit: float
    onset: Onset | None


def detect(rows: Sequence[Row] | Columns | Days, *, journal_size: int | None = None) -> list[Finding]:
    """Releases since which a device is worse, each told once.

    Method: site by equipment against its own 120 days before, in logits, less what all devices do together;
    disagreement, scores, positives and failures in one mixture of likelihood ratios over 60 days.
    """
    told = scene(Days.of(rows, READS))
    if told is None:
        return []
    found: list[Finding] = []
    for alarm in _alarms(told):
        found.append(_finding(told, alarm, journal_size))
        back = returned(told, alarm.release, found[-1].first_day.toordinal())
        if back:
            found.append(_recovered(told, found[-1], back))
    return in_order(found)


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told how long the journal is."""
    return detect(days, journal_size=context.journal_size)


def _alarms(told: Scene) -> Iterator[Alarm]:
    """The first day of each release on which the evidence is beyond its limit and points to the release."""
    limits = np.log(OVERSHOOT / (BUDGET * np.array(told.releases.part)))
    over = told.evidence.log > limits[:, None]
    for release in np.flatnonzero(over.any(axis=1)).tolist():
        for day in np.flatnonzero(over[release]).tolist():
            begun = since(told, release, day, drop=EXCLUDED)
            if begun is None or begun.touches(*_rollout(told, release, day)):
                yield Alarm(release, day, float(limits[release]), since(told, release, day))
                break


def _rollout(told: Scene, release: int, day: int) -> tuple[int, int]:
    """First and last day on which a site began with the version, as ordinals."""
    table = told.tables["failures"]
    start = int(told.releases.start[release])
    mine = told.releases.of(table) == release
    studies = table.counts["studies", "all"][mine]
    arrived = (studies > 0).argmax(axis=1)[studies.any(axis=1)] + table.first
    return start, int(arrived[arrived <= start + day].max())


def _finding(told: Scene, alarm: Alarm, journal_size: int | None) -> Finding:
    release, names = alarm.release, told.days.columns.names
    device = names["device"][int(told.releases.device[release])]
    version = names["version"][int(told.releases.version[release])]
    start = date.fromordinal(int(told.releases.start[release]))
    first_day = start + timedelta(days=alarm.day)
    digest, rows_read = told.days.digest(device=device, after=first_day + timedelta(days=1))
    kind, effect, facts = _told(told, alarm)
    evidence = round(float(told.evidence.log[release, alarm.day]), 6)
    part = told.releases.part[release]
    equipment = facts.get("equipment", [])
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=kind, device=device, version=version,
        statistic=evidence, threshold=round(alarm.limit, 6),
        guarantee=Guarantee(kind="run_length", budget=BUDGET, spent=BUDGET * part),
        baseline=_baseline(told, alarm, (device, start)), over_dispersion=_over_dispersion(told, release),
        p_value=min(1.0, exp(-evidence)), e_value=exp(min(evidence, 700.0)), effect=effect,
        first_day=first_day, located=_located(alarm, (start, first_day)), journal_size=journal_size,
        rows_hash=digest, rows_read=rows_read,
        facts={"since_version": version, "released_then": start.isoformat(),
               "estimate_chosen_by_alarm": True, "moved": moved(told, release, alarm.day), **facts,
               "n_equipment": len(equipment) if isinstance(equipment, list) else 0},
    )  # fmt: skip


def _recovered(told: Scene, alarmed: Finding, back: Return) -> Finding:
    """What is said once agreement has come back with the version before."""
    begun, said = date.fromordinal(back.begun), date.fromordinal(back.said)
    digest, rows_read = told.days.digest(device=alarmed.device, after=said + timedelta(days=1))
    rise, half = -back.shift.estimate, LEVEL * back.shift.error
    facts: dict[str, Fact] = {
        "since_version": alarmed.version, "sites": back.sites, "sites_watched": len(back.sites),
        "studies": round(back.reviews), "studies_before": round(back.before), "design": "release",
        "signal_of": alarmed.first_day.isoformat(), "estimate_chosen_by_alarm": True,
    }  # fmt: skip
    return structs.replace(
        alarmed, kind="version.recovered", statistic=round(rise / back.shift.error, 6), threshold=SURE,
        guarantee=structs.replace(alarmed.guarantee, spent=0.0), p_value=None, e_value=None,
        effect=Effect(name="share_changed_by", estimate=rise, low=rise - half, high=rise + half),
        first_day=said, located=Located(day=begun, low=begun, high=begun), rows_hash=digest,
        rows_read=rows_read, facts=facts,
    )  # fmt: skip


def _located(alarm: Alarm, span: tuple[date, date]) -> Located:
    start, first_day = span
    if alarm.onset is None:
        return Located(day=start, low=start, high=first_day)
    day, low, high = (date.fromordinal(at) for at in (alarm.onset.best, alarm.onset.low, alarm.onset.high))
    return Located(day=day, low=low, high=high)


def _told(told: Scene, alarm: Alarm) -> tuple[str, Effect, dict[str, Fact]]:
    """The kind, its effect and its facts, by what speaks most for a regression."""
    way = WAYS[int(told.evidence.way[alarm.release, alarm.day])]
    if way.failures != 1.0 or "disagreement" not in told.compared:
        return _failures(told, alarm)
    one = told.compared["disagreement"]
    shift = upgraded(one, alarm.release, alarm.day)
    return _agreement(told, alarm, shift) if shift else _failures(told, alarm)


def _agreement(told: Scene, alarm: Alarm, shift: Shift) -> tuple[str, Effect, dict[str, Fact]]:
    one, table = told.compared["disagreement"], told.tables["disagreement"]
    names, where = told.days.columns.names, (alarm.release, alarm.day)
    sites = places(one, table.code["site"], names["site"], where)
    equipment = places(one, table.code["stratum"], names["stratum"], where)
    start = int(told.releases.start[alarm.release]) - table.first
    rows = one.row[one.episode == alarm.release]
    others = waiting(table, told.told["disagreement"], (rows, start, alarm.day)) if len(rows) else None
    compared = others is not None and shift.minus(others).estimate > CLEAR * shift.minus(others).error
    gap = shift.minus(others) if compared and others else shift
    mine = one.episode == alarm.release
    n = one.n[mine, : alarm.day + 1].sum(axis=1)
    usual = float((n * one.mean[mine]).sum() / n.sum())
    facts: dict[str, Fact] = {
        "sites": sites.worse, "sites_watched": sites.watched, "equipment": equipment.worse,
        "equipment_watched": equipment.watched, "studies": round(float(n.sum())),
        "observed": round(1.0 - usual - shift.estimate, 5), "expected": round(1.0 - usual, 5),
        "design": "difference_in_differences" if compared else "release",
    }  # fmt: skip
    effect = Effect(
        name="share_changed_by", estimate=-gap.estimate, low=-gap.estimate - LEVEL * gap.error,
        high=-gap.estimate + LEVEL * gap.error,
    )  # fmt: skip
    return "version.regression.compared" if compared else "version.regression", effect, facts


def _failures(told: Scene, alarm: Alarm) -> tuple[str, Effect, dict[str, Fact]]:
    shift = failing_shift(told, alarm.release, alarm.day)
    sites = failing_sites(told, alarm.release, alarm.day)
    effect = Effect(name="ratio", estimate=shift.ratio, low=shift.low, high=shift.high)
    facts: dict[str, Fact] = {
        "sites": sites.worse, "sites_watched": sites.watched, "studies": round(shift.studies),
        "observed": round(shift.events), "expected": round(shift.expected, 3), "design": "release",
    }  # fmt: skip
    return "version.failures", effect, facts


def _baseline(told: Scene, alarm: Alarm, of: tuple[str, date]) -> Baseline:
    """The days before the release, and the agreement in them."""
    device, start = of
    first = start - timedelta(days=PAST)
    digest, _ = told.days.digest(device=device, first=first, after=start)
    known = events = 0.0
    if one := told.compared.get("disagreement"):
        mine = one.episode == alarm.release
        known = float(one.known[mine].sum())
        events = known - float((one.known * one.mean)[mine].sum())
    return Baseline(
        hash=digest, first=first, after=start, exposure=known, events=round(events, 6),
        rate=events / known if known else None,
    )  # fmt: skip


def _over_dispersion(told: Scene, release: int) -> float:
    """The variance of a site's day of agreement over that of independent reviews."""
    one = told.compared.get("disagreement")
    mine = one.episode == release if one else np.zeros(0, bool)
    if one is None or not mine.any():
        return 1.0
    usual = one.known[mine].sum() / max(1.0, PAST * np.count_nonzero(mine))
    return round(1.0 + float(one.rho[mine][0] * usual), 6)
