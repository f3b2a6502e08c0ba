# SPDX-License-Identifier: Apache-2.0
"""Build the statutory month of every transmitting device, and keep it when asked to."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, Text
from nadzor.law.form import FormEdition, edition_named, edition_on
from nadzor.measures.rollup import Row
from nadzor.records import audit
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.register.vocabulary import field_text, solution_text
from nadzor.statutory.body import digest
from nadzor.statutory.checks import doubts
from nadzor.statutory.month import FORM, MEASURES, DeviceFacts, MonthReport, month_report
from nadzor.statutory.render_csv import render_csv
from nadzor.statutory.render_json import render_json
from nadzor.statutory.render_xlsx import render_xlsx
from nadzor.telemetry.store import Rollups
from nadzor.workdays.calendar import ONE_DAY


class Kept(Struct, frozen=True):
    """A kept report: its hash, and what it takes to compute it again."""

    hash: str
    edition: str
    known_by: date


class BuiltMonth(Struct, frozen=True, kw_only=True):
    """One device's month.  `same`: the kept report, recomputed, has its kept hash; None if not kept."""

    device: str
    hash: str
    known_by: date
    lines: int
    studies: int
    doubts: tuple[str, ...]
    kept: str | None
    same: bool | None


class MonthRun(Struct, frozen=True, kw_only=True):
    """The months of all devices, by the edition in force."""

    month: str
    edition: str
    status: str
    devices: tuple[BuiltMonth, ...]


class Desk(Struct, frozen=True):
    """What all devices of a run share: the rows by device, the edition, and the latest day of knowledge."""

    home: Home
    month: Month
    edition: FormEdition
    rows: dict[str, list[Row]]
    latest: date

    def report(self, card: DeviceCard, *, known_by: date, edition: FormEdition | None = None) -> MonthReport:
        """A device's report by a day of knowledge."""
        rows, facts = self.rows.get(card.code, []), device_facts(card, self.month)
        return month_report(rows, facts, self.month, edition=edition or self.edition, known_by=known_by)


def build_month(
    home: Home, month: Month, *, now: datetime, out: Path | None = None, keep: bool = False
) -> MonthRun:
    """Compute the month of every transmitting device; `out` takes files, `keep` files the reports for good.

    Law: Order 4472; the edition in force on the month's first day.
    Why: a kept report counts what was known by the end of yesterday, a day to which nothing can be added.
    Raises: NormMissing without an edition; Refusal month.not-over when asked to keep a month that still runs.
    """
    yesterday = moscow_date(now) - ONE_DAY
    if keep and month.after > yesterday:
        raise Refusal("month.not-over", month=str(month))
    rollups = Rollups.open(home)
    edition = edition_on(FORM, month.first)
    desk = Desk(home, month, edition, month_rows(rollups, month), _latest(rollups, month))
    cards = [card for card in register.devices() if card.transmits]
    if keep:
        for card in cards:
            if kept_month(home, month, card.code) is None:
                _keep(home, desk.report(card, known_by=yesterday), now=now)
    built = tuple(_built(desk, card, out=out) for card in cards)
    return MonthRun(month=str(month), edition=edition.edition, status=edition.status, devices=built)


def month_of(
    home: Home, month: Month, device: str, *, edition: str | None = None, known_by: date | None = None
) -> MonthReport:
    """One device's month: as kept, unless another edition (a draft can be dry-run) or day is asked for.

    Law: Order 4472.
    Raises: NormMissing without an edition; KeyError for an edition that the form does not have.
    """
    rollups = Rollups.open(home)
    card = register.device(device)
    kept = kept_month(home, month, device)
    name = edition or (kept.edition if kept else None)
    chosen = edition_named(FORM, name) if name else edition_on(FORM, month.first)
    latest = kept.known_by if kept else _latest(rollups, month)
    desk = Desk(home, month, chosen, month_rows(rollups, month, device=device), latest)
    return desk.report(card, known_by=known_by or latest)


def kept_month(home: Home, month: Month, device: str) -> Kept | None:
    """The kept report of a device, if there is one."""
    path = _path(home, month, device)
    if not path.exists():
        return None
    told = json.loads(path.read_bytes())
    return Kept(told["hash"], told["edition"], date.fromisoformat(told["known_by"]))


def month_rows(rollups: Rollups, month: Month, *, device: str | None = None) -> dict[str, list[Row]]:
    """The rows a month is made of, by device; each measure is read once for all devices."""
    found: dict[str, list[Row]] = defaultdict(list)
    for measure, dimension in MEASURES.items():
        where = {"device": device} if device else {}
        for row in rollups.rows(measure, dimension=dimension, since=month.first, until=month.after, **where):
            found[row.device].append(row)
    return found


def device_facts(card: DeviceCard, month: Month) -> DeviceFacts:
    """What the register says of a device by the end of a month."""
    versions = register.versions(card.code)
    claims = register.claims(card.code)
    return DeviceFacts(
        code=card.code,
        name=Text(ru=card.name_ru, en=card.name_en),
        number=card.number,
        registered_on=card.registered_on,
        field=field_text(card.field),
        solution_type=solution_text(card.solution_type),
        versions=frozenset(v.version for v in versions if v.registered_on and v.registered_on < month.after),
        findings={claim.finding: Text(ru=claim.label_ru, en=claim.label_en) for claim in claims},
    )


def _built(desk: Desk, card: DeviceCard, *, out: Path | None) -> BuiltMonth:
    kept = kept_month(desk.home, desk.month, card.code)
    known_by, edition = (kept.known_by, edition_named(FORM, kept.edition)) if kept else (desk.latest, None)
    report = desk.report(card, known_by=known_by, edition=edition)
    if out is not None:
        _write(report, out)
    found = digest(report)
    return BuiltMonth(
        device=card.code,
        hash=found,
        known_by=known_by,
        lines=len(report.lines),
        studies=report.total.studies,
        doubts=tuple(dict.fromkeys(doubt.code for doubt in doubts(report))),
        kept=kept.hash if kept else None,
        same=found == kept.hash if kept else None,
    )


@transaction.atomic
def _keep(home: Home, report: MonthReport, *, now: datetime) -> None:
    audit.record(
        "statutory.month.keep",
        f"{report.device.code} {report.month}",
        by="house",
        because=report.edition.cite,
        now=now,
        hash=digest(report),
        known_by=report.known_by.isoformat(),
    )
    path = _path(home, report.month, report.device.code)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, render_json(report))


def _write(report: MonthReport, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    name = f"{report.device.code}-{report.month}"
    for suffix, page in (
        ("json", render_json(report)),
        ("csv", render_csv(report)),
        ("xlsx", render_xlsx(report)),
    ):
        write_atomic(out / f"{name}.{suffix}", page)


def _latest(rollups: Rollups, month: Month) -> date:
    return rollups.manifest.known_until or month.days.last


def _path(home: Home, month: Month, device: str) -> Path:
    return home.months / str(month) / f"{device}.json"
