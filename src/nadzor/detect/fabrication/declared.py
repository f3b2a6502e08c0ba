# SPDX-License-Identifier: Apache-2.0
"""Declared monthly figures: against the events of the month, and by their digits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from msgspec import Struct

from nadzor.detect.context import Declared
from nadzor.detect.fabrication.digits import BASES, round_scores
from nadzor.detect.fabrication.ledger import Ledger, reset_sums
from nadzor.detect.stats.digits import BOUNDS, benford, digits

MEASURES = {"studies": 0, "failed": 1, "positives": 2}
SETTLED_DAYS = 10
"""Days after a month in which its late events still arrive."""
TOLERANCE = 0.02
TOLERANCE_MIN = 3.0
"""A figure may differ from the events by this share, and by so many in any case."""
FIGURE_MIN = 20
FIGURES_MIN = 100
ORDERS_MIN = 3.0
"""Orders of magnitude that figures must span before their first digits say anything."""


class Statement(Struct, frozen=True, kw_only=True):
    """What is wrong with figures of a device, a site or a finding: as a trace, but on weeks or months."""

    kind: str
    device: str
    site: str
    first: date
    last: date
    day: date
    evidence: float
    limit: float
    effect: tuple[str, float, float, float]
    facts: dict[str, str | int | float | list[str]]
    finding: str = ""


def declared_figures(ledger: Ledger) -> list[Statement]:
    """Everything that the declared figures say against themselves."""
    told = sorted(
        ledger.params.declared, key=lambda one: (one.device, one.site, one.measure, one.month, one.n)
    )
    series: dict[tuple[str, str], list[Declared]] = {}
    for one in told:
        series.setdefault((one.device, one.site), []).append(one)
    found = [statement for one in told if (statement := _reconciled(ledger, one))]
    for some in series.values():
        some.sort(key=lambda one: (one.month, one.measure))
        found += [one for one in (_round(ledger, some), _first_digits(ledger, some)) if one]
    return found


def month_after(month: date) -> date:
    """The first day of the following month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _judged(month: date) -> date:
    return month_after(month) + timedelta(days=SETTLED_DAYS)


def _reconciled(ledger: Ledger, one: Declared) -> Statement | None:
    """A figure that the events of its month do not bear out, once late ones must have come."""
    first, after = one.month.replace(day=1), month_after(one.month)
    start, end = (day.toordinal() - ledger.panel.first for day in (first, after))
    closed = _judged(one.month).toordinal() - ledger.panel.first <= ledger.panel.length
    rows = [
        i
        for i, stream in enumerate(ledger.panel.streams)
        if stream.device == one.device and one.site in ("", stream.site)
    ]
    if one.measure not in MEASURES or start < 0 or not closed or not rows or one.n < 0:
        return None
    events = float(ledger.figures[MEASURES[one.measure]][rows, start:end].sum())
    gap, allowed = abs(one.n - events), max(TOLERANCE_MIN, TOLERANCE * max(events, float(one.n)))
    if gap <= allowed:
        return None
    ratio = one.n / max(events, 1.0)
    return Statement(
        kind="fabrication.reconciliation", device=one.device, site=one.site, first=first,
        last=after - timedelta(days=1), day=_judged(one.month) - timedelta(days=1), evidence=gap,
        limit=allowed,
        effect=("declared_over_events", ratio, ratio, ratio),
        facts={"declared": one.n, "events": int(events), "measure": one.measure},
    )  # fmt: skip


def _round(ledger: Ledger, some: Sequence[Declared]) -> Statement | None:
    """Declared figures that are round, one month after another."""
    big = [one for one in some if one.n >= FIGURE_MIN and _known(ledger, one)]
    if not big:
        return None
    base, natural = BASES[0]
    total = reset_sums(round_scores(np.array([[float(one.n) for one in big]]), base, natural))[0]
    limit = float(np.log(12.0 * len(MEASURES) / (ledger.params.budget * 0.05)))
    over = np.flatnonzero(total >= limit)
    if not len(over):
        return None
    at = int(over[0])
    hits = sum(one.n % base == 0 for one in big[: at + 1])
    return Statement(
        kind="fabrication.round_declared", device=big[0].device, site=big[0].site, first=big[0].month,
        last=month_after(big[at].month) - timedelta(days=1), day=_judged(big[at].month) - timedelta(days=1),
        evidence=float(total[at]), limit=limit,
        effect=("share_of_round_figures", hits / (at + 1), hits / (at + 1), hits / (at + 1)),
        facts={"figures": at + 1, "figures_round": int(hits), "base": base},
    )  # fmt: skip


def _first_digits(ledger: Ledger, some: Sequence[Declared]) -> Statement | None:
    """First digits far from Benford's law, where figures span three orders of magnitude and are many."""
    told = [one for one in some if one.n > 0 and _known(ledger, one)]
    sizes = np.array([float(one.n) for one in told])
    if len(told) < FIGURES_MIN or np.log10(sizes.max() / sizes.min()) < ORDERS_MIN:
        return None
    counts = np.bincount([int(str(one.n)[0]) for one in told], minlength=10)[1:].astype(np.float64)
    against = digits(counts, benford(1))
    limit = -np.log(ledger.params.budget * 0.05)
    evidence = -np.log(max(against.p, 1e-300))
    if evidence < limit or against.mad <= BOUNDS[1][-1]:
        return None
    return Statement(
        kind="fabrication.first_digits", device=told[0].device, site=told[0].site, first=told[0].month,
        last=month_after(told[-1].month) - timedelta(days=1), day=_judged(told[-1].month) - timedelta(days=1),
        evidence=float(evidence), limit=float(limit), effect=("mad", against.mad, against.mad, against.mad),
        facts={"figures": len(told)},
    )  # fmt: skip


def _known(ledger: Ledger, one: Declared) -> bool:
    return _judged(one.month).toordinal() - ledger.panel.first <= ledger.panel.length
