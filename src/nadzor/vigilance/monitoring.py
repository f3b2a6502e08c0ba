# SPDX-License-Identifier: Apache-2.0
"""Questions to clinical monitoring: plans, the schedule of every device beside what was filed, one report."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any, Final

import msgspec

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.monitoring import NOT_REQUIRED, ReportDay, report_days
from nadzor.procedures.rules.dossier import Plan
from nadzor.records import audit
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.statutory.monitoring_report import from_body
from nadzor.vigilance.cards import MoveCard
from nadzor.vigilance.models import MonitoringPlan, MonitoringReport, MonitoringStep
from nadzor.vigilance.monitoring_cards import Filed, PlanCard, Receipt, ReportCard, ReportRow
from nadzor.vigilance.monitoring_permissions import may_see_monitoring

CLASS: Final = "3"
FILE: Final = "file_report"
WHOLE: Final = frozenset({"body", "words", "seal"})  # parts of a filing step that are shown elsewhere


def monitored(card: DeviceCard) -> bool:
    """Whether a device is under clinical monitoring here: class 3, and registered at all."""
    return card.risk_class == CLASS and card.status != "draft"


def monitored_devices() -> list[DeviceCard]:
    """Every device under clinical monitoring, by code."""
    return [card for card in register.devices() if monitored(card)]


def plan(device: str) -> PlanCard | None:
    """The plan that stands, the newest edition."""
    row = MonitoringPlan.objects.filter(device=device).order_by("-edition").first()
    return plan_card(row) if row else None


def planned() -> frozenset[str]:
    """The devices that have a plan."""
    return frozenset(MonitoringPlan.objects.values_list("device", flat=True))


def plans(device: str) -> list[PlanCard]:
    """Every edition of a device's plan, newest first."""
    return [plan_card(row) for row in MonitoringPlan.objects.filter(device=device).order_by("-edition")]


def reports(person: Person | None, *, today: date) -> list[ReportRow]:
    """The reports of every device a person may see: missing ones first, then by their last day."""
    cards = [
        card for card in monitored_devices() if may_see_monitoring(person, maker=card.maker.code)
    ]  # fmt: skip
    rows = {(row.device, row.year): row for row in MonitoringReport.objects.all().defer("body")}
    filed, began = _editions(), began_on()
    found = [
        _row(card, day, rows.get((card.code, day.year)), filed[card.code, day.year], (began, today))
        for card in cards
        for day in report_days(card.registered_on)
    ]
    return sorted(found, key=_place)


def report(person: Person | None, device: str, year: int, *, today: date) -> ReportCard:
    """One report of a device.

    Raises: Refusal monitoring.unknown, also for a device the person may not see.
    """
    card = seen_device(person, device)
    day = next((each for each in report_days(card.registered_on) if each.year == year), None)
    if day is None:
        raise Refusal("monitoring.unknown")
    row = MonitoringReport.objects.filter(device=device, year=year).first()
    steps = list(row.steps.all()) if row else []
    filed = tuple(filed_card(step) for step in steps if step.verb == FILE)
    return ReportCard(
        row=_row(card, day, row, len(filed), (began_on(), today)),
        report=from_body(row.body) if row and row.body else None,
        words=dict(row.words) if row else {},
        digest=row.digest if row else "",
        signed=str(row.seal.get("signer", "")) if row else "",
        plan=plan(device),
        steps=tuple(_step(step) for step in steps),
        filed=filed,
    )


def seen_device(person: Person | None, device: str) -> DeviceCard:
    """A monitored device that a person may see.

    Raises: Refusal monitoring.unknown for any other.
    """
    card = next((each for each in monitored_devices() if each.code == device), None)
    if card is None or not may_see_monitoring(person, maker=card.maker.code):
        raise Refusal("monitoring.unknown")
    return card


def began_on() -> date:
    """The day this platform first did anything; what was due before it is not known here."""
    first = next(iter(audit.walk()), None)
    return moscow_date(first.at) if first else date.max


def is_missing(day: ReportDay, *, state: str, filed: bool, began: date, today: date) -> bool:
    """Whether a report's last day passed here with nothing filed and nobody having found it not required."""
    if day.due is None or day.open or filed or state == NOT_REQUIRED:
        return False
    return began <= day.due < today


def plan_card(row: MonitoringPlan) -> PlanCard:
    """A plan as it leaves the room."""
    return PlanCard(
        device=row.device, edition=row.edition, since=row.since, plan=msgspec.convert(row.body, Plan),
        filing=row.filing, at=row.at, by=row.by,
    )  # fmt: skip


def filed_card(step: MonitoringStep) -> Filed:
    """A filed edition as its step keeps it."""
    told: dict[str, Any] = step.added
    seal = told["seal"]
    receipt = Receipt(
        number=told["number"], edition=told["edition"], digest=told["digest"], at=step.at, by=step.by,
        signer=seal["signer"], suite=seal["suite"], qualified=seal["qualified"], late=told["late"],
        audit=told["audit"], previous=told["previous"],
    )  # fmt: skip
    return Filed(receipt=receipt, report=from_body(told["body"]), words=told["words"])


def _editions() -> Counter[tuple[str, int]]:
    told = MonitoringStep.objects.filter(verb=FILE).values_list("report__device", "report__year")
    return Counter((device, year) for device, year in told)


def _row(
    card: DeviceCard, day: ReportDay, row: MonitoringReport | None, editions: int, when: tuple[date, date]
) -> ReportRow:
    began, today = when
    state, filed_on = (row.state, row.filed_on) if row else ("", None)
    before = day.due is not None and day.due < began and row is None
    return ReportRow(
        device=card.code, name_ru=card.name_ru, name_en=card.name_en, maker=card.maker.code, day=day,
        state=state, filed_on=filed_on, editions=editions, before=before,
        missing=is_missing(day, state=state, filed=filed_on is not None, began=began, today=today),
        late=bool(filed_on and day.due and filed_on > day.due),
    )  # fmt: skip


def _place(row: ReportRow) -> tuple[bool, bool, date, str]:
    waits = row.is_expected
    return not row.missing, not waits, row.day.due or date.max, row.device


def _step(step: MonitoringStep) -> MoveCard:
    added = {key: told for key, told in step.added.items() if key not in WHOLE}
    return MoveCard(
        at=step.at, verb=step.verb, start=step.start, to=step.to, by=step.by, role=step.role,
        because=step.because, added=added,
    )  # fmt: skip
