# SPDX-License-Identifier: Apache-2.0
"""File a signed yearly report: its content is fixed for good, and the maker gets a receipt."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from nadzor.actions.move_monitoring import Deed, begun, finished, side_of, subject
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.monitoring import report_of
from nadzor.records import notices
from nadzor.statutory.monitoring_report import digest
from nadzor.vigilance.models import MonitoringStep
from nadzor.vigilance.monitoring import FILE, filed_card
from nadzor.vigilance.monitoring_cards import Receipt
from nadzor.vigilance.monitoring_words import told


@transaction.atomic
def file_monitoring(device: str, year: int, *, by: Person | None, now: datetime) -> Receipt:
    """File the report and return its receipt; a late one is taken like any other, and its receipt says so.

    Why: the step keeps report, texts and seal whole, so that a correction is another step and rewrites
    nothing.
    Raises: Refusal as `begun`; monitoring.other-digest when the kept report is not what was signed.
    """
    deed = begun(device, year, FILE, by=by, now=now)
    row = deed.row
    if not row.seal or digest(row.body, row.words) != row.digest != "":
        raise Refusal("monitoring.other-digest", "$.digest")
    added = _whole(deed)
    row.filed_on = row.filed_on or moscow_date(now)
    facts = {"digest": row.digest, "number": added["number"], "late": added["late"]}
    finished(deed, added=added, facts=facts)
    _tell(deed, str(added["number"]))
    return filed_card(MonitoringStep.objects.filter(report=row, verb=FILE).latest("pk")).receipt


def _whole(deed: Deed) -> dict[str, Any]:
    """What was filed, whole, with its number and the number of the edition it replaces."""
    row = deed.row
    before = MonitoringStep.objects.filter(report=row, verb=FILE).order_by("pk").last()
    edition = before.added["edition"] + 1 if before else 1
    return {
        "number": f"MR-{row.year}-{row.device}-{edition}", "edition": edition,
        "previous": before.added["number"] if before else "", "digest": row.digest, "body": row.body,
        "words": row.words, "seal": row.seal, "late": _is_late(deed, moscow_date(deed.now)),
    }  # fmt: skip


def _is_late(deed: Deed, today: date) -> bool:
    """Whether the first edition comes after its last day; a correction is measured by the first."""
    day = report_of(deed.card.registered_on, deed.row.year)
    first = deed.row.filed_on or today
    return day is not None and day.due is not None and first > day.due


def _tell(deed: Deed, number: str) -> None:
    text = told("filed", device=deed.row.device, year=deed.row.year, number=number)
    notices.to_role(Role.INSPECTOR.value, subject=subject(deed.row), text=text, now=deed.now)
    for code in side_of(deed.card):
        notices.to_organisation(code, subject=subject(deed.row), text=text, now=deed.now)
