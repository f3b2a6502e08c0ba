# SPDX-License-Identifier: Apache-2.0
"""Remind clinics of warnings they have not answered; later tell the inspectors how many are silent.

Order: the target of the house passes, a reminder goes out by the relay; the same target passes again, the
inspectors and the head learn counts.  What a later letter of the same affair overtook is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from nadzor.actions.relay_to_site import relay_to_sites
from nadzor.actions.send_warnings import TO_CLINIC, confirm_by, copy_to
from nadzor.actions.sites_running import sites_running
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.people.permissions import must_review_signals
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.vigilance.models import SafetyWarning, WarningCopy
from nadzor.vigilance.warning_letters import RELIEVING, notice
from nadzor.vigilance.warning_rows import standing

LATE: Final = "vigilance.warning.late"


def remind_warnings(home: Home, *, now: datetime) -> int:
    """Warn sites that began later, remind, escalate; returns how many warnings something was done about."""
    return sum(_watched(home, row, now) for row in standing())


@transaction.atomic
def remind_now(home: Home, number: str, *, by: Person | None, now: datetime) -> int:
    """Remind every reached site that has not answered, at most once a day; returns how many.

    Raises: Refusal people.inspector-only, warning.unknown, warning.reminded-today.
    """
    must_review_signals(by)
    assert by is not None
    row = SafetyWarning.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise Refusal("warning.unknown")
    today = moscow_date(now)
    last = max((one.reminded_at for one in row.copies.exclude(reminded_at=None)), default=None)
    if last is not None and moscow_date(last) >= today:
        raise Refusal("warning.reminded-today", number=number)
    return _remind(home, row, _silent(row), by=by.username, now=now)


def _watched(home: Home, row: SafetyWarning, now: datetime) -> bool:
    late_comers = _copied(home, row, now) if row.kind not in RELIEVING else 0
    return bool(late_comers) | bool(_reminded(home, row, now)) | _escalated(row, now)


def _copied(home: Home, row: SafetyWarning, now: datetime) -> int:
    """Copies for sites that were not there when the letter went out: who begins later is warned, too."""
    known = set(row.copies.values_list("site", flat=True))
    running = sites_running(home, row.device, versions=tuple(row.versions), today=moscow_date(now))
    new = [one for one in running if one.site not in known]
    if not new:
        return 0
    with transaction.atomic():
        names = frozenset(one.site for one in new)
        reached = relay_to_sites(home, names, subject=TO_CLINIC, text=notice("clinic"), now=now)
        copy_to(row, new, reached, now)
        audit.record(
            "vigilance.warning.send-later", f"warning {row.number}", by="house", now=now,
            because="the device works at more sites", sites=len(new), reached=len(reached),
        )  # fmt: skip
    return len(new)


@transaction.atomic
def _reminded(home: Home, row: SafetyWarning, now: datetime) -> int:
    today = moscow_date(now)
    due = [one for one in _silent(row).filter(reminded_at=None) if _is_over(row, one.sent_at, today)]
    return _remind(home, row, due, by="house", now=now)


def _is_over(row: SafetyWarning, since: datetime, today: date) -> bool:
    """Whether the target passed: the letter's own, or the later one of a site that began later."""
    by = row.confirm_by if since == row.at else confirm_by(moscow_date(since))
    return by is not None and today > by


def _silent(row: SafetyWarning) -> QuerySet[WarningCopy]:
    return row.copies.filter(reached=True, confirmed_at=None)


def _remind(home: Home, row: SafetyWarning, copies: Iterable[WarningCopy], *, by: str, now: datetime) -> int:
    sites = frozenset(one.site for one in copies)
    if not sites:
        return 0
    relay_to_sites(home, sites, subject=TO_CLINIC, text=notice("reminder"), now=now)
    row.copies.filter(site__in=sites).update(reminded_at=now)
    audit.record(
        "vigilance.warning.remind", f"warning {row.number}", by=by, because="no answer yet", now=now,
        sites=len(sites),
    )  # fmt: skip
    return len(sites)


@transaction.atomic
def _escalated(row: SafetyWarning, now: datetime) -> bool:
    """Tell counts once; the audit chain is the memory of what was told."""
    today, object_ = moscow_date(now), f"warning {row.number}"
    silent = [one for one in _silent(row).exclude(reminded_at=None) if _is_long_ago(one.reminded_at, today)]
    if not silent or audit.entries(object=object_, verb=LATE, limit=1):
        return False
    total = row.copies.count()
    text = notice(
        "late", number=row.number, title=Text(row.title_ru, row.title_en), sites=total, silent=len(silent),
        confirmed=row.copies.exclude(confirmed_at=None).count(),
        unreached=row.copies.filter(reached=False).count(),
    )  # fmt: skip
    for role in (Role.INSPECTOR, Role.HEAD):
        notices.to_role(role.value, subject=object_, text=text, now=now)
    audit.record(
        LATE, object_, by="house", because="silent after a reminder", now=now, sites=total, silent=len(silent)
    )
    return True


def _is_long_ago(reminded: datetime, today: date) -> bool:
    by = confirm_by(moscow_date(reminded))
    return by is not None and today > by
