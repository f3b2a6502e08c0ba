# SPDX-License-Identifier: Apache-2.0
"""Fabrication: the traces that invented counts leave in the days of a site, or in declared figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from nadzor.detect.context import Context
from nadzor.detect.fabrication.copies import copied_from_others, copied_weeks
from nadzor.detect.fabrication.dated_back import dated_back
from nadzor.detect.fabrication.declared import Statement, declared_figures
from nadzor.detect.fabrication.digits import round_numbers
from nadzor.detect.fabrication.ledger import BUDGET, Ledger, Params, Trace
from nadzor.detect.fabrication.one_number import one_number
from nadzor.detect.fabrication.regularity import flat_week, too_regular
from nadzor.detect.fabrication.too_good import too_good
from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee, Located, code_digest, in_order
from nadzor.detect.score_rows import PAIR
from nadzor.detect.series import Days, Panel, unsplit
from nadzor.detect.stats.calendar import numbered
from nadzor.measures.rollup import Row

__all__ = ["BUDGET", "NAME", "READS", "Params", "detect", "watch"]

NAME = "fabrication"
FIGURES = unsplit("studies", "failed", "positives")
READS = frozenset({*FIGURES, *unsplit("declined", "agree", "disagree"), PAIR})
TOLD_DAYS = 120
"""Days in which a site's invention, whatever its trace, is told once."""
BASELINE_DAYS = 182
_COPIES = ("fabrication.copied_week", "fabrication.copied_site")
IMPLIED_BY = {
    "fabrication.copied_week": (), "fabrication.copied_site": _COPIES[:1],
    "fabrication.too_regular": _COPIES, "fabrication.round_numbers": _COPIES,
    "fabrication.flat_week": _COPIES, "fabrication.dated_back": (),
}  # fmt: skip
TRACES = (copied_weeks, copied_from_others, too_regular, round_numbers, flat_week, dated_back)


def detect(rows: Sequence[Row] | Days, *, params: Params | None = None) -> list[Finding]:
    """Weeks that repeat, counts too regular or round, weeks without weekdays, studies dated back, one score
    for all, devices that tell next to no trouble, figures unlike the events.

    Method: each trace has evidence in nats, minus the log of the chance that honest counts leave it, and a
    limit from its share of the budget and the number of looks in a year (ledger.py).
    """
    params = params or Params()
    days = Days.of(rows, READS)
    panel = Panel(
        days.only(FIGURES), by=("device", "site"), measures=("studies", "failed", "positives"),
        after=params.after,
    )  # fmt: skip
    if not panel.length or not panel.streams:
        return []
    ledger = _ledger(panel, params)
    traces = [trace for look in TRACES for trace in look(ledger)]
    found = [_of_trace(ledger, trace) for trace in _told_once(ledger, traces)]
    said = [*declared_figures(ledger), *one_number(days, params), *too_good(days, params)]
    return in_order([*found, *(_of_statement(days, params, one) for one in said)])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told which days are closed and what was declared."""
    told = Params(
        after=context.after, holidays=context.holidays, declared=context.declared,
        bins=context.bins, journal_size=context.journal_size,
    )  # fmt: skip
    return detect(days, params=told)


def _ledger(panel: Panel, params: Params) -> Ledger:
    device, site = (numbered([getattr(one, key) for one in panel.streams]) for key in ("device", "site"))
    figures = tuple(np.maximum(panel.counts[name], 0.0) for name in ("studies", "failed", "positives"))
    return Ledger(
        panel=panel, studies=figures[0], figures=figures, device=device, site=site,
        sites=np.bincount(device)[device], offset=int(panel.weekdays()[0]),
        rest=np.array([panel.date(i) in params.holidays for i in range(panel.length)]), params=params,
    )  # fmt: skip


def _told_once(ledger: Ledger, traces: list[Trace]) -> list[Trace]:
    """A site's trace is told once in some months, by whichever window or lag showed it first.

    Why: days that are copied are regular, too, and that is then nothing new.
    """
    told: dict[tuple[int, str], int] = {}
    kept = []
    for trace in sorted(
        traces, key=lambda one: (one.column, one.stream, -one.evidence / one.limit, one.kind)
    ):
        before = [
            told.get((trace.stream, kind), -TOLD_DAYS) for kind in (trace.kind, *IMPLIED_BY[trace.kind])
        ]
        if trace.column - max(before) >= TOLD_DAYS:
            kept.append(trace)
            told[trace.stream, trace.kind] = trace.column
    return kept


def _of_trace(ledger: Ledger, trace: Trace) -> Finding:
    panel, name = ledger.panel, ledger.panel.streams[trace.stream]
    first_day, start = panel.date(trace.column), panel.date(trace.start)
    digest, rows_read = panel.days.digest(device=name.device, after=first_day + timedelta(days=1))
    before = panel.date(max(0, trace.start - BASELINE_DAYS))
    baseline, _ = panel.days.digest(device=name.device, first=before, after=start)
    past = ledger.studies[trace.stream, max(0, trace.start - BASELINE_DAYS) : trace.start]
    watched = ledger.studies[ledger.device == ledger.device[trace.stream], : trace.column + 1].any(axis=0)
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=trace.kind, device=name.device, site=name.site,
        statistic=trace.evidence, threshold=trace.limit, guarantee=Guarantee(
            kind="run_length", budget=ledger.params.budget,
            spent=ledger.params.budget * float(watched.sum()) / 365.0,
        ),
        baseline=Baseline(
            hash=baseline, first=before, after=start, exposure=float(len(past)), events=float(past.sum()),
            rate=float(past.mean()) if len(past) else None,
        ),
        p_value=float(np.exp(-trace.evidence)), effect=_effect(trace.effect), first_day=first_day,
        located=Located(day=start, low=start, high=first_day), journal_size=ledger.params.journal_size,
        rows_hash=digest, rows_read=rows_read, facts={
            "sites": [name.site], "sites_watched": int(ledger.sites[trace.stream]), "design": "baseline",
            "estimate_chosen_by_alarm": True,
            "observed": float(ledger.studies[trace.stream, trace.start : trace.column + 1].sum()),
            **trace.facts,
        },
    )  # fmt: skip


def _effect(told: tuple[str, float, float, float]) -> Effect:
    name, estimate, low, high = told
    return Effect(name=name, estimate=estimate, low=min(low, estimate), high=max(high, estimate))


def _of_statement(days: Days, params: Params, one: Statement) -> Finding:
    digest, rows_read = days.digest(device=one.device, first=one.first, after=one.last + timedelta(days=1))
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=one.kind, device=one.device, site=one.site,
        finding=one.finding, statistic=one.evidence, threshold=one.limit,
        guarantee=Guarantee(kind="run_length", budget=params.budget, spent=0.0),
        baseline=Baseline(
            hash=digest, first=one.first, after=one.last + timedelta(days=1),
            exposure=float((one.last - one.first).days + 1),
        ),
        effect=_effect(one.effect), first_day=one.day,
        located=Located(day=one.first, low=one.first, high=one.last),
        journal_size=params.journal_size, rows_hash=digest, rows_read=rows_read,
        facts={"sites": [one.site] if one.site else [], "design": "baseline", **one.facts},
    )  # fmt: skip
