# SPDX-License-Identifier: Apache-2.0
"""Furnish a demonstration with clinical monitoring, answers to the Code of Ethics, and a disputed month.

Of the maker's devices the first has a plan and a draft, the second a plan and a filed report, the others
neither.  A report that was due before the demonstration began is nobody's miss here, and its page says so.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from nadzor.actions.adopt_plan import adopt_plan
from nadzor.actions.answer_ethics import Said, answer_ethics
from nadzor.actions.build_month import month_of
from nadzor.actions.declare_month import DeclaredFile, declare_month
from nadzor.actions.draft_monitoring import draft_monitoring
from nadzor.actions.file_monitoring import file_monitoring
from nadzor.actions.furnish_filings import Cast
from nadzor.actions.open_dispute import open_dispute
from nadzor.actions.sign_monitoring import make_ready, sign_monitoring
from nadzor.actions.watch_monitoring import watch_monitoring
from nadzor.actions.write_monitoring import write_monitoring
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.law.norm import NormMissing
from nadzor.people.models import Organisation
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.monitoring import report_of
from nadzor.procedures.rules.dossier import Plan
from nadzor.register.models import Device
from nadzor.simulate.vigilance import vigilance
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.disputes import disputes
from nadzor.vigilance.models import MonitoringReport
from nadzor.vigilance.monitoring import plan

HALF_A_YEAR: Final = timedelta(weeks=26)
THREE_YEARS: Final = timedelta(weeks=156)
SAMPLE: Final = 3_000  # labelled studies: the first device keeps this pace, the second does not
PART: Final = ("literature", "feedback")  # what is written of the draft so far
MORE: Final = 12  # studies the declared month has that nobody counted


@transaction.atomic
def furnish_monitoring(home: Home, *, now: datetime) -> int:
    """Plans, a draft, a filed report, answers and a dispute, once; for how many devices of the maker."""
    cast = Cast(home, now)
    maker = Person("manufacturer_admin", "manufacturer_admin", Role.MANUFACTURER_ADMIN, organisation=cast.own)
    rows = Device.objects.filter(maker__code=cast.own, status="registered").order_by("code")
    own = list(rows.values_list("code", "registered_on"))
    watch_monitoring(home, now=now)
    if not own or plan(own[0][0]) is not None or not _counted(home):
        return 0
    year = moscow_date(now).year
    for code, _ in own[:2]:
        adopt_plan(code, _plan(now), by=maker, now=now)
    told = {line: Said(*said) for line, said in vigilance().ethics.items()}
    answer_ethics(own[0][0], told, by=maker, now=now)
    if report_of(own[0][1], year) is not None:
        _draft(home, own[0][0], year, by=maker, now=now)
        words = {key: vigilance().monitoring[key] for key in PART}
        write_monitoring(own[0][0], year, words, by=maker, now=now)
    for code, registered_on in own[1:2]:
        if report_of(registered_on, year - 1) is not None:
            _file(home, code, year - 1, by=maker, now=now)
    _dispute(home, own[0][0], by=maker, now=now)
    return len(own[:2])


def _counted(home: Home) -> bool:
    """Whether anything was rolled up that a report could be drawn from."""
    try:
        Rollups.open(home)
    except Refusal:
        return False
    return True


def _plan(now: datetime) -> Plan:
    starts = moscow_date(now) - HALF_A_YEAR
    told = {**vigilance().plan, "sample_size": SAMPLE, "starts": starts, "ends": starts + THREE_YEARS}
    return msgspec.convert({**told, "comparison": False}, Plan)


def _draft(home: Home, device: str, year: int, *, by: Person, now: datetime) -> None:
    """Draw the report, unless the house has drawn it: in January it opens those of the year that is over."""
    if not MonitoringReport.objects.filter(device=device, year=year).exists():
        draft_monitoring(home, device, year, by=by, now=now)


def _file(home: Home, device: str, year: int, *, by: Person, now: datetime) -> None:
    """The whole way of a report in one day: draft, texts, hash, signature, receipt."""
    _draft(home, device, year, by=by, now=now)
    write_monitoring(device, year, vigilance().monitoring, by=by, now=now)
    digest = make_ready(home, device, year, by=by, now=now)
    sign_monitoring(home, device, year, by=by, now=now, expected=digest)
    file_monitoring(device, year, by=by, now=now)


def _dispute(home: Home, device: str, *, by: Person, now: datetime) -> None:
    """The maker declares some studies more than were counted, and opens a dispute about them."""
    month = Month.of(moscow_date(now)).previous()
    clinic = Organisation.objects.filter(kind="clinic").exclude(oid="").order_by("code").first()
    if clinic is None or disputes(by, device=device):
        return
    try:
        report = month_of(home, month, device)
    except (NormMissing, Refusal):  # no edition for the month, or nothing was rolled up
        return
    whole = report.total
    row = {"version": report.lines[0].version if report.lines else "1.0", "organisation": clinic.oid,
           "attempts": whole.attempts + MORE, "studies": whole.studies + MORE}  # fmt: skip
    body = json.dumps({"device": device, "month": str(month), "rows": [row]}).encode()
    file = DeclaredFile(device, month, "json", body)
    declare_month(home, file, by=by, now=now)
    open_dispute(home, device, month, by=by, now=now)
