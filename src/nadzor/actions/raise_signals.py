# SPDX-License-Identifier: Apache-2.0
"""Raise signals: run the detectors, file each matter once, append what they later say of the same one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from msgspec import Struct

from nadzor.actions.append_evidence import Surroundings, append_evidence, told_of
from nadzor.actions.error_budget import keep_budget
from nadzor.actions.file_signal import file_signal
from nadzor.actions.run_detectors import run_detectors
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.finding import Finding
from nadzor.records import notices
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.models import Signal
from nadzor.vigilance.notices import notice
from nadzor.vigilance.streams import Filed, home_of, together


class RaiseReport(Struct, frozen=True, kw_only=True):
    """What a run did: new signals, old ones with new evidence, and old ones of which nothing new was said.

    `gone` are those that new evidence no longer supports; they are among the appended.
    """

    raised: int
    appended: int
    standing: int
    raised_by: dict[str, int]
    gone: int = 0


def raise_signals(home: Home, *, now: datetime) -> RaiseReport:
    """File every matter as a signal once, and keep the error budget; a second run adds nothing.

    Why: one evidence a day and signal is enough, since a live journal changes every second.
    """
    rollups = Rollups.open(home)
    run = run_detectors(rollups, today=moscow_date(now))
    findings = run.findings
    seen = Surroundings(rollups, on=moscow_date(now))
    fates: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    for stream, found in together(findings).items():
        for fate in _of_stream(stream, found, seen, now=now):
            fates[fate] += 1
            raised[found[0].detector] += fate == "raised"
    fates += _gone(findings, seen, now=now)
    keep_budget(home, run.columns, findings, now=now)
    if raised.total():
        text = notice("raised", n=raised.total())
        notices.to_role("inspector", subject="signals", text=text, now=now)
    return RaiseReport(
        raised=fates["raised"], appended=fates["appended"] + fates["gone"], standing=fates["standing"],
        raised_by=dict(+raised), gone=fates["gone"],
    )  # fmt: skip


@transaction.atomic
def _of_stream(stream: str, found: Sequence[Finding], seen: Surroundings, *, now: datetime) -> list[str]:
    """What became of the findings of one stream: each goes to its signal, or makes a new one."""
    mine_so_far = Signal.objects.select_for_update().filter(stream=stream)
    rows = {row.pk: row for row in mine_so_far.order_by("id")}
    filed = [Filed(row.pk, row.closed_on) for row in rows.values()]
    homes: dict[int | None, list[Finding]] = {}
    for finding in found:
        homes.setdefault(home_of(finding, filed), []).append(finding)
    fates = []
    for id, mine in homes.items():
        if id is None:
            file_signal(mine, seen, after=list(rows.values()), now=now)
            fates.append("raised")
        else:
            fates.append(append_evidence(rows[id], told_of(mine), seen, now=now))
    for id, row in rows.items():
        if id not in homes and row.closed_on is None:
            fates.append("gone" if append_evidence(row, None, seen, now=now) == "appended" else "quiet")
    return fates


def _gone(findings: Sequence[Finding], seen: Surroundings, *, now: datetime) -> Counter[str]:
    """Signals that wait for somebody and of which this run says nothing: later data took the finding away."""
    streams = together(findings)
    waiting = Signal.objects.filter(closed_on=None, detector__in=DETECTORS).exclude(stream__in=streams)
    return Counter(_withdrawn(id, seen, now=now) for id in waiting.values_list("pk", flat=True))


@transaction.atomic
def _withdrawn(id: int, seen: Surroundings, *, now: datetime) -> str:
    row = Signal.objects.select_for_update().get(pk=id)
    fate = append_evidence(row, None, seen, now=now)
    return "gone" if fate == "appended" else "quiet"
