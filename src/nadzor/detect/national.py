# SPDX-License-Identifier: Apache-2.0
"""The national error budget: what every detector may cost, what it has cost, and what carries further.

A finding is one voice among thousands of streams.  Before a legal act may lean on it, it must survive among
all of them; that is asked here, of e-values, since those need no assumption on how streams depend.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.detect.dossier import DETECTORS, dossier
from nadzor.detect.finding import Finding, GuaranteeKind
from nadzor.detect.stats.e_evidence import e_of_alarm, e_of_p, surviving
from nadzor.measures.columns import Columns

ALPHA = 0.1
"""Among the findings that survive nationally, at most this share is false, on average over years."""
DAYS_A_YEAR = 365.0
Source = Literal["e_process", "p_value", "alarm_rate"]


class Evidence(Struct, frozen=True, kw_only=True):
    """What a stream has against it, on one scale, and whether it survives among all streams.

    A stream is a detector on a version of a device.  `source` says where the figure comes from: a process
    that is an e-value at any time, a p-value that already holds over all looks, or only the detector's stated
    rate of false alarms, which is measured and not proven.
    """

    detector: str
    device: str
    version: str
    e_value: float
    needed: float
    survives: bool
    source: Source
    fingerprints: list[str]


class BudgetLine(Struct, frozen=True, kw_only=True):
    """One detector's account of a device, or of all devices where `device` is empty.

    Units: budget is false alarms a device-year (for an anytime guarantee, a chance over all time); expected
    and raised are numbers of findings.
    """

    detector: str
    kind: GuaranteeKind
    budget: float
    device_years: float
    expected: float
    raised: int
    device: str = ""


class Ledger(Struct, frozen=True):
    """All lines of a nation or of a device, and their sum."""

    lines: list[BudgetLine]
    total: BudgetLine


def national(findings: Sequence[Finding], *, streams: int, alpha: float = ALPHA) -> list[Evidence]:
    """Every stream with a finding, most evidence first, and whether it survives among all that were watched.

    Method: findings of one stream are added, since each detector shares its alpha among a device's streams;
    then e-BH over all streams (Wang & Ramdas 2022), which holds under any dependence.
    Why: findings of the whole system, without a device, accuse nobody and are left out.
    Raises: Refusal `budget.streams` when fewer streams were watched than have a finding.
    """
    told = _by_stream([finding for finding in findings if finding.device])
    if streams < len(told):
        raise Refusal("budget.streams", streams=streams, found=len(told))
    sums = np.array([min(1e300, sum(evidence(one)[0] for one in some)) for some in told.values()])
    kept = surviving(sums, streams=max(streams, 1), alpha=alpha)
    needed = streams / (alpha * max(1, int(kept.sum())))
    heard = [
        _heard(some, float(e), needed=needed, survives=bool(kept[i]))
        for i, (some, e) in enumerate(zip(told.values(), sums, strict=True))
    ]
    return sorted(heard, key=lambda one: (-one.e_value, one.detector, one.device, one.version))


def evidence(finding: Finding) -> tuple[float, Source]:
    """A finding's e-value, and where it comes from.

    Method: its own where it has one; a p-value that holds over all looks by the calibrator of Vovk & Wang
    2021; else what the alarm of a chart with the stated rate is worth after the years it has run.
    Why: the p-value of one look among many promises too much, so only an anytime guarantee lends its own.
    """
    if finding.e_value is not None:
        return finding.e_value, "e_process"
    if finding.p_value is not None and finding.guarantee.kind == "anytime":
        return e_of_p(finding.p_value), "p_value"
    budget, spent = finding.guarantee.budget, finding.guarantee.spent
    if budget <= 0.0:
        return 0.0, "alarm_rate"
    return e_of_alarm(yearly=budget, years=max(spent, 0.0) / budget), "alarm_rate"


def streams_watched(columns: Columns, detectors: Collection[str] = DETECTORS) -> int:
    """How many streams were watched: versions of devices in the rows, times detectors."""
    seen = {
        (columns.names["device"][device], columns.names["version"][version])
        for block in columns.blocks.values()
        for device, version in np.unique(np.stack((block.device, block.version)), axis=1).T.tolist()
    }
    return len(seen) * len(detectors)


def ledger(
    findings: Sequence[Finding], *, days: Mapping[str, int], device: str = "",
    detectors: Collection[str] = DETECTORS,
) -> Ledger:  # fmt: skip
    """What each detector may cost and has cost: `days` are the days each device was watched.

    Units: for an anytime guarantee nothing accrues with time: what is expected is the budget, once a device.
    """
    watched = {name: some for name, some in days.items() if device in ("", name)}
    lines = [_line(name, findings, watched, device) for name in DETECTORS if name in detectors]
    return Ledger(lines, _total(lines, device))


def watched_days(columns: Columns) -> dict[str, int]:
    """The days from the first to the last row of each device."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for block in columns.blocks.values():
        order = np.argsort(block.device, kind="stable")
        starts = np.flatnonzero(np.diff(block.device[order], prepend=-1))
        if not len(starts):
            continue
        low, high = (f.reduceat(block.day[order], starts).tolist() for f in (np.minimum, np.maximum))
        for code, day, end in zip(block.device[order][starts].tolist(), low, high, strict=True):
            first[code], last[code] = min(first.get(code, day), day), max(last.get(code, end), end)
    return {columns.names["device"][code]: last[code] - first[code] + 1 for code in sorted(first)}


def _line(detector: str, findings: Sequence[Finding], days: Mapping[str, int], device: str) -> BudgetLine:
    promise = dossier(detector).guarantee
    years = sum(days.values()) / DAYS_A_YEAR
    of_budget = float(len(days)) if promise.kind == "anytime" else years
    mine = [one for one in findings if one.detector == detector and one.device in days]
    return BudgetLine(
        detector=detector, kind=promise.kind, budget=promise.budget, device_years=years,
        expected=promise.budget * of_budget, raised=len(mine), device=device,
    )  # fmt: skip


def _total(lines: Sequence[BudgetLine], device: str) -> BudgetLine:
    return BudgetLine(
        detector="", kind="run_length", budget=sum(line.budget for line in lines),
        device_years=max((line.device_years for line in lines), default=0.0),
        expected=sum(line.expected for line in lines), raised=sum(line.raised for line in lines),
        device=device,
    )  # fmt: skip


def _by_stream(findings: Sequence[Finding]) -> dict[tuple[str, str, str], list[Finding]]:
    told: dict[tuple[str, str, str], list[Finding]] = {}
    for one in sorted(findings, key=lambda one: (one.detector, one.device, one.version, one.fingerprint())):
        told.setdefault((one.detector, one.device, one.version), []).append(one)
    return told


def _heard(some: Sequence[Finding], e_value: float, *, needed: float, survives: bool) -> Evidence:
    strongest = max(some, key=lambda one: evidence(one)[0])
    return Evidence(
        detector=strongest.detector, device=strongest.device, version=strongest.version, e_value=e_value,
        needed=needed, survives=survives, source=evidence(strongest)[1],
        fingerprints=[one.fingerprint() for one in some],
    )  # fmt: skip
