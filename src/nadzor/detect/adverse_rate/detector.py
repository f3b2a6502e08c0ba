# SPDX-License-Identifier: Apache-2.0
"""Adverse-event rate: reports per processed study of a device have risen, of a problem, a type, or all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from msgspec import Struct
from scipy.special import betaincinv

from nadzor.detect.adverse_rate.evidence import (
    OF_REPORTS,
    REPORTS_MIN,
    Peers,
    Prior,
    evidence,
    exposure,
    peers_of,
    prior_of,
    watched,
)
from nadzor.detect.adverse_rate.reports import FAMILIES, READS, WEEK, WHOLE, Ledger, ledger_of
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
from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.window import Window
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row

NAME = "adverse_rate"
BUDGET = 0.01
LIMIT = 25.0
"""Under the model no more than one false alarm in 25 device-years; on quiet nations of 8 to 300
devices 0.006 to 0.012 a device-year."""
KINDS = ("adverse.problem_rise", "adverse.type_rise", "adverse.rise")


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told: registered baselines by device, and the size of the journal."""

    registered: Mapping[str, Window] = {}
    journal_size: int | None = None


class Alarm(Struct, frozen=True):
    """A report on whose day the limit was passed: its place, the statistic, the weeks of the rise.

    `shape` and `rate` are of the gamma that the stream had before the week.
    """

    report: int
    value: float
    week: int
    low: int
    high: int
    shape: float
    rate: float


class Scene(Struct, frozen=True):
    """All that findings are made from."""

    days: Days
    ledger: Ledger
    studies: Floats
    peers: Peers
    params: Params


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Rises of reports per processed study; of several streams of a device the one with most evidence speaks.

    Method: an e-detector of gamma-Poisson likelihood ratios over weeks of onset and sizes of the rise
    (evidence.py); after an alarm the device starts anew, its past being the new baseline.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    ledger = ledger_of(days, params.registered)
    if ledger is None:
        return []
    studies = exposure(ledger)
    scene = Scene(days, ledger, studies, peers_of(ledger, studies), params)
    return in_order([_finding(scene, alarm) for alarm in _alarms(scene)])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


def _alarms(scene: Scene) -> list[Alarm]:
    """The first alarm of each device, then those after its new start, until there are none."""
    ledger, since, told = scene.ledger, scene.ledger.start.copy(), []
    origin, at = np.zeros(len(since), np.int64), watched(scene.ledger)
    of_report = ledger.device[ledger.report_stream]
    while len(at):
        prior = prior_of(ledger, scene.studies, scene.peers, origin=origin)
        fresh = _first(scene, prior, at, since)
        told += fresh
        for alarm in fresh:
            device = of_report[alarm.report]
            origin[device], since[device] = alarm.week, ledger.report_day[alarm.report] // WEEK + 1
        alarmed = of_report[[alarm.report for alarm in fresh]] if fresh else at[:0]
        at = at[np.isin(of_report[at], alarmed) & (ledger.report_day[at] >= since[of_report[at]] * WEEK)]
    return told


def _first(scene: Scene, prior: Prior, at: Ints, since: Ints) -> list[Alarm]:
    """The first alarm of each device among these reports; on one day the stream with most evidence."""
    ledger = scene.ledger
    stream, day = ledger.report_stream[at], ledger.report_day[at]
    seen = evidence(ledger, prior, scene.studies, at=at, since=since)
    enough = ledger.rank[at] - ledger.before[stream, seen.week] >= REPORTS_MIN
    over = np.flatnonzero((seen.total >= LIMIT) & enough)
    device = ledger.device[stream]
    over = over[np.lexsort((-seen.total[over], day[over], device[over]))]
    first = over[np.flatnonzero(np.diff(device[over], prepend=-1))]
    week = seen.week[first]
    columns = (
        at[first], seen.total[first], week, seen.low[first], seen.high[first],
        prior.shape[stream[first], week], prior.rate[stream[first], week],
    )  # fmt: skip
    return [Alarm(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


def _finding(scene: Scene, alarm: Alarm) -> Finding:
    ledger, days = scene.ledger, scene.days
    stream, day = int(ledger.report_stream[alarm.report]), int(ledger.report_day[alarm.report])
    device, family = int(ledger.device[stream]), int(ledger.family[stream])
    rows = _known(days, device, ledger.first + day)
    rows_hash, rows_read = rows.seal()
    effect, facts = _sizes(scene, alarm)
    start = int(ledger.start[device]) * WEEK
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=KINDS[family], device=days.names["device"][device],
        stratum=days.names["stratum"][int(ledger.stratum[stream])] if family != WHOLE else "",
        dimension=FAMILIES[family] if family != WHOLE else "",
        statistic=float(f"{alarm.value:.9g}"), threshold=LIMIT,
        guarantee=Guarantee(
            kind="run_length", budget=BUDGET, spent=BUDGET * max(0, day + 1 - start) / 365.0
        ),
        baseline=_baseline(scene, stream, alarm), over_dispersion=OF_REPORTS, e_value=None,
        effect=effect, first_day=_day(ledger, day), located=_located(ledger, alarm, day),
        journal_size=scene.params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts=facts | _sites(scene, rows, alarm),
    )  # fmt: skip


def _day(ledger: Ledger, at: int) -> date:
    return date.fromordinal(ledger.first + at)


def _known(days: Days, device: int, day: int) -> Days:
    """The rows of a device known by the end of a day."""
    blocks = {
        pair: block.where(np.flatnonzero((block.device == device) & (block.known <= day)))
        for pair, block in days.columns.blocks.items()
    }
    return Days(Columns(days.columns.names, blocks), blocks)


def _located(ledger: Ledger, alarm: Alarm, day: int) -> Located:
    """The week of the likeliest start, and the weeks that the likelihood does not exclude."""
    last = min(alarm.high * WEEK + WEEK - 1, day)
    low, best, high = (_day(ledger, at) for at in (alarm.low * WEEK, alarm.week * WEEK, last))
    return Located(day=best, low=low, high=high)


def _sizes(scene: Scene, alarm: Alarm) -> tuple[Effect, dict[str, Fact]]:
    """How many times the rate before; limits of the ratio of two Poisson rates.

    Method: Clopper & Pearson 1934 on the share of reports that came since, given all of them.
    """
    ledger, shape, rate = scene.ledger, alarm.shape, alarm.rate
    stream, day = int(ledger.report_stream[alarm.report]), int(ledger.report_day[alarm.report])
    studies = scene.studies[int(ledger.device[stream])]
    n = float(ledger.rank[alarm.report] - ledger.before[stream, alarm.week])
    length = float(studies[day + 1] - studies[alarm.week * WEEK])
    low, high = float(betaincinv(n, shape + 1.0, 0.025)), float(betaincinv(n + 1.0, shape, 0.975))
    times = rate / max(length, 1.0)
    effect = Effect(
        name="rate_ratio", estimate=n / shape * times, low=low / (1.0 - low) * times,
        high=high / (1.0 - high) * times,
    )  # fmt: skip
    own = float(ledger.before[stream, alarm.week])
    facts: dict[str, Fact] = {
        "observed": round(n), "expected": round(shape / rate * length, 3), "studies": round(length),
        "reports_before": round(own), "design": "baseline", "estimate_chosen_by_alarm": True,
    }  # fmt: skip
    return effect, facts


def _baseline(scene: Scene, stream: int, alarm: Alarm) -> Baseline:
    """What the device itself showed before the located week; the rate is that drawn to the fleet."""
    ledger, device = scene.ledger, int(scene.ledger.device[stream])
    begin, after = int(ledger.baseline[0][device]), alarm.week * WEEK
    rows = _known(scene.days, device, ledger.first + after - 1)
    return Baseline(
        hash=rows.seal()[0], first=_day(ledger, begin), after=_day(ledger, after),
        exposure=float(ledger.studies[device, after]), events=float(ledger.before[stream, alarm.week]),
        rate=alarm.shape / alarm.rate,
    )  # fmt: skip


def _sites(scene: Scene, rows: Days, alarm: Alarm) -> dict[str, Fact]:
    """The sites whose reports came since, most first, and how many sites work with the device."""
    ledger, stream = scene.ledger, int(scene.ledger.report_stream[alarm.report])
    block = rows.block("adverse_events", FAMILIES[int(ledger.family[stream])])
    mine = (block.stratum == ledger.stratum[stream]) & (block.known >= ledger.first + alarm.week * WEEK)
    n = np.bincount(block.site[mine], block.n[mine], minlength=len(rows.names["site"]))
    order: Ints = np.lexsort((np.arange(len(n)), -n))
    names = [rows.names["site"][site] for site in order.tolist() if n[site] > 0]
    return {
        "sites": [name for name in names if name],
        "sites_watched": len(np.unique(rows.block("processed").site)),
    }
