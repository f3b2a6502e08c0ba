# SPDX-License-Identifier: Apache-2.0
"""Watch what events wait for: note limits that passed unmet, escalate alerts nobody acknowledged.

Each is seen once; lateness decides nothing, and no limit is missed where no norm is in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from nadzor.actions.file_event import CLINIC
from nadzor.actions.relay_to_site import relay_to_site
from nadzor.actions.settle_event import side_of
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Text
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.procedures.adverse_event import AWAITING, NOTICED
from nadzor.procedures.clocks import Run, breaches
from nadzor.records import audit, notices
from nadzor.register.letters import due_words
from nadzor.vigilance.duty import acknowledge_by, target
from nadzor.vigilance.event_rows import runs_of_event, subject_of
from nadzor.vigilance.event_words import event_notice
from nadzor.vigilance.models import AdverseEvent, Alert, MissedLimit

STAFF: Final = ("inspector", "head", "registrar")
LOOK_BACK: Final = timedelta(weeks=4)  # a house that stood still so long is looked over by a person


def watch_events(home: Home, *, now: datetime) -> tuple[int, int]:
    """How many missed limits are new, and how many alerts were escalated."""
    return note_missed(home, now=now), escalate_alerts(now=now)


def note_missed(home: Home, *, now: datetime) -> int:
    """Note every limit that was missed and that nobody has noted yet, met late ones included.

    Why only some events are looked at: a clock runs in two states alone, and what was met late was met by a
    step, which changed the event.
    """
    today = moscow_date(now)
    waiting, lately = Q(state__in=(NOTICED, AWAITING)), Q(changed_at__gte=now - LOOK_BACK)
    rows = AdverseEvent.objects.filter(waiting | lately).exclude(way="import").prefetch_related("steps")
    over = [(row, run) for row in rows for run in _missed(runs_of_event(row, today), today)]
    return sum(_noted(home, row, run, now=now) for row, run in over)


def _missed(found: Sequence[Run], today: date) -> tuple[Run, ...]:
    return (*breaches(found, today), *(run for run in found if run.state == "late"))


def escalate_alerts(*, now: datetime) -> int:
    """Tell the head of every alert that stood unacknowledged beyond the house's own target."""
    rows = Alert.objects.filter(acknowledged_at=None, escalated_at=None).values_list("pk", "raised_at")
    over = [pk for pk, raised_at in rows if _is_over(raised_at, now)]
    return sum(_escalated(pk, now=now) for pk in over)


def _is_over(raised_at: datetime, now: datetime) -> bool:
    limit = acknowledge_by(raised_at, moscow_date(raised_at))
    return limit is not None and now > limit


@transaction.atomic
def _escalated(id: int, *, now: datetime) -> bool:
    row = Alert.objects.select_for_update().select_related("event").get(pk=id)
    if row.acknowledged_at is not None or row.escalated_at is not None:
        return False
    row.escalated_at = now
    row.save(update_fields=["escalated_at"])
    norm = target(moscow_date(row.raised_at))
    text = event_notice(
        "alert_escalated", number=row.event.number, device=row.event.device or row.event.device_told,
        hours=norm.number if norm else 0, duty=Text(row.duty or "—", row.duty or "—"),
    )  # fmt: skip
    notices.to_role("head", subject=subject_of(row.event.number), text=text, now=now)
    audit.record(
        "vigilance.alert.escalate", subject_of(row.event.number), by="house", now=now,
        because="nobody acknowledged it in time", duty=row.duty,
    )  # fmt: skip
    return True


@transaction.atomic
def _noted(home: Home, row: AdverseEvent, run: Run, *, now: datetime) -> bool:
    known = {"clock": run.key, "started": run.started, "due": run.due}
    subject = subject_of(row.number)
    if MissedLimit.objects.filter(subject=subject, **known).exists():
        return False
    MissedLimit.objects.create(
        subject=subject, device=row.device, responsible=run.responsible, seen_at=now, **known
    )
    _tell(home, row, run, now=now)
    audit.record(
        "vigilance.event.breach", subject, by="house", now=now, because=f"{run.key} was due {run.due}",
        **known, responsible=run.responsible,
    )  # fmt: skip
    return True


def _tell(home: Home, row: AdverseEvent, run: Run, *, now: datetime) -> None:
    names = ROLE_NAMES[Role(run.responsible)]
    text = event_notice(
        "met_late" if run.stopped else "breach", number=row.number, due=due_words(run),
        device=row.device or row.device_told,
        clock=run.norm.what if run.norm else run.key, responsible=Text(names["ru"], names["en"]),
    )  # fmt: skip
    subject = subject_of(row.number)
    notices.to_role("head", subject=subject, text=text, now=now)
    if run.responsible in STAFF and run.responsible != "head":
        notices.to_role(run.responsible, subject=subject, text=text, now=now)
    elif run.responsible == CLINIC and row.site:
        relay_to_site(home, row.site, subject=CLINIC, text=event_notice("reporter_moved"), now=now)
    elif run.responsible.startswith(("manufacturer", "representative")):
        for code in side_of(row.device):
            notices.to_organisation(code, subject=subject, text=text, now=now)
