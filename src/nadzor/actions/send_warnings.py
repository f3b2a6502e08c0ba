# SPDX-License-Identifier: Apache-2.0
"""Send warnings to the clinics that run a device: one for each step or event that calls for it, once.

(1) What calls for a warning and has none is found; (2) its sites are read from the rollup, outside of any
transaction; (3) warning, copies, notices, public letter and deed are written in one transaction, so that a
process killed in the middle has sent nothing, and the next run sends all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import structlog
from django.db import IntegrityError, transaction

from nadzor.actions.publish_notice import next_number, publish_letter
from nadzor.actions.relay_to_site import relay_to_sites
from nadzor.actions.sites_running import SiteAtWork, sites_running
from nadzor.actions.warning_causes import Cause, cause_of, waiting
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Text
from nadzor.law.deadline import deadline
from nadzor.law.norm import NormMissing
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.register.models import Device
from nadzor.vigilance.models import SafetyWarning, WarningCopy
from nadzor.vigilance.warning_letters import PUBLIC_AT_ONCE, RELIEVING, confirm_text, notice, page, written
from nadzor.workdays.calendar import CalendarMissing

CLOCK: Final = "warning.confirm_by"
TO_CLINIC: Final = "clinic"
log = structlog.get_logger()


def send_warnings(home: Home, *, now: datetime) -> int:
    """Send every warning that waits; returns how many were sent.

    Why: a letter that cannot be written must not hold the others up; its fault is raised when all are out.
    """
    sent, faults = 0, []
    for found in waiting():
        try:
            cause = cause_of(found)
            sent += cause is not None and _sent(home, cause, now)
        except Exception as fault:
            log.exception("vigilance.warning.failed", step=found.step, about=found.event)
            faults.append(fault)
    if faults:
        raise faults[0]
    return sent


def confirm_by(today: date) -> date | None:
    """The house's target for an answer; none where no rule or calendar gives one, and the letter goes out."""
    try:
        found = deadline(CLOCK, today).due
    except (NormMissing, CalendarMissing):
        return None
    return found.date() if isinstance(found, datetime) else found


def _sent(home: Home, cause: Cause, now: datetime) -> bool:
    """Send one; False when somebody else has sent it meanwhile."""
    sites = sites_running(home, cause.device, versions=cause.versions, today=moscow_date(now))
    try:
        with transaction.atomic():
            _send(home, cause, sites, now)
    except IntegrityError:
        if not _is_there(cause):
            raise
        return False
    return True


def _is_there(cause: Cause) -> bool:
    if cause.event:
        return SafetyWarning.objects.filter(event=cause.event, kind=cause.kind).exists()
    return SafetyWarning.objects.filter(filing=cause.filing, step=cause.step, kind=cause.kind).exists()


def _send(home: Home, cause: Cause, sites: Sequence[SiteAtWork], now: datetime) -> None:
    row = _written(cause, now)
    names = frozenset(one.site for one in sites)
    reached = relay_to_sites(home, names, subject=TO_CLINIC, text=notice("clinic"), now=now)
    copy_to(row, sites, reached, now)
    if cause.kind in PUBLIC_AT_ONCE | RELIEVING:
        publish_letter(row, cause.facts, sites=len(sites), now=now)
    _tell(row, len(sites), len(reached), now)
    audit.record(
        "vigilance.warning.send", f"warning {row.number}", by="house", because=row.title_en, now=now,
        kind=row.kind, device=row.device, versions=row.versions, sites=len(sites), reached=len(reached),
        filing=row.filing, event=row.event,
    )  # fmt: skip


def copy_to(row: SafetyWarning, sites: Sequence[SiteAtWork], reached: frozenset[str], now: datetime) -> None:
    """A copy for each site."""
    WarningCopy.objects.bulk_create(
        WarningCopy(
            warning=row, site=one.site, versions=list(one.versions), sent_at=now, reached=one.site in reached
        )
        for one in sites
    )


def _written(cause: Cause, now: datetime) -> SafetyWarning:
    by = confirm_by(moscow_date(now))
    letter = written(cause.kind, {**cause.facts, "confirm_by": confirm_text(by)})
    return SafetyWarning.objects.create(
        number=next_number("W-", SafetyWarning, now), filing=cause.filing, step=cause.step, event=cause.event,
        device=cause.device, versions=list(cause.versions), kind=cause.kind, at=now, by="house",
        title_ru=letter.title.ru[:300], title_en=letter.title.en[:300], text_ru=letter.text.ru,
        text_en=letter.text.en, confirm_by=by,
        cites=list(dict.fromkeys([*cause.cites, *page().letters[cause.kind].cites])),
    )  # fmt: skip


def _tell(row: SafetyWarning, sites: int, reached: int, now: datetime) -> None:
    """Inspectors and head learn the counts, the maker's side that a letter went out."""
    about = {"number": row.number, "title": Text(row.title_ru, row.title_en)}
    subject = f"warning {row.number}"
    text = notice("sent", **about, sites=sites, reached=reached)
    for role in (Role.INSPECTOR, Role.HEAD):
        notices.to_role(role.value, subject=subject, text=text, now=now)
    if row.kind == "deviation":
        notices.to_role(Role.HEAD.value, subject=subject, text=notice("decide", **about), now=now)
    device = Device.objects.select_related("maker__represented_by").get(code=row.device)
    told = notice("maker", **about, device=device.code)
    for side in (device.maker, device.maker.represented_by):
        if side is not None:
            notices.to_organisation(side.code, subject=subject, text=told, now=now)
