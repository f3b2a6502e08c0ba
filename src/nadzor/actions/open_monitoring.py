# SPDX-License-Identifier: Apache-2.0
"""Open the yearly report of a device: a row in its first state, once for a device and year."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.move_monitoring import HOUSE, subject
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.monitoring import MONITORING, ReportDay, report_of
from nadzor.records import audit
from nadzor.register.cards import DeviceCard
from nadzor.vigilance.models import MonitoringReport
from nadzor.vigilance.monitoring import seen_device
from nadzor.vigilance.monitoring_permissions import may_write_monitoring


@transaction.atomic
def open_monitoring(device: str, year: int, *, by: Person | None, now: datetime) -> MonitoringReport:
    """The row of a report, made if it is not there; a maker may begin before the year is over.

    Raises: Refusal monitoring.unknown for a device or a year with no report; people.not-yours for somebody
    who does not stand for the maker; monitoring.year-not-begun.
    """
    card = seen_device(by, device)
    if not may_write_monitoring(by, maker=card.maker.code):
        raise Refusal("people.not-yours")
    return opened(card, year, by=by.username if by else HOUSE, now=now)


def opened(card: DeviceCard, year: int, *, by: str, now: datetime) -> MonitoringReport:
    """The same for whoever was asked before; inside a transaction.

    Raises: Refusal monitoring.unknown, monitoring.year-not-begun.
    """
    if report_of(card.registered_on, year) is None:
        raise Refusal("monitoring.unknown")
    if year > moscow_date(now).year:
        raise Refusal("monitoring.year-not-begun", year=year)
    row, is_new = MonitoringReport.objects.get_or_create(
        device=card.code, year=year, defaults={"state": MONITORING.first, "changed_at": now}
    )
    if is_new:
        audit.record(
            "vigilance.monitoring.open", subject(row), by=by, because="the yearly report of the device",
            now=now, due=_due(report_of(card.registered_on, year)),
        )  # fmt: skip
    return row


def _due(day: ReportDay | None) -> str:
    return day.due.isoformat() if day and day.due else ""
