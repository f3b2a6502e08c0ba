# SPDX-License-Identifier: Apache-2.0
"""Set who is on duty on a day: alerts of deaths and threats go there, weekends and holidays included."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.permissions import must_decide
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.records.tombstones import Buried, bury, digest_of
from nadzor.vigilance.models import DutyDay

OFFICERS = (Role.INSPECTOR.value, Role.HEAD.value)


@transaction.atomic
def set_duty(day: date, username: str, *, by: Person | None, now: datetime) -> None:
    """Put an inspector or a head on duty for a day; without a name the day is the head's again.

    Raises: Refusal people.head-only, vigilance.duty-past, vigilance.duty-unknown.
    """
    must_decide(by)
    assert by is not None
    if day < moscow_date(now):
        raise Refusal("vigilance.duty-past", "$.day")
    if username:
        role = _role(username)
        told = {"username": username, "role": role, "set_by": by.username}
        DutyDay.objects.update_or_create(day=day, defaults=told)
    else:
        _give_back(day, by.username, now)
    audit.record(
        "vigilance.duty.set", f"duty {day}", by=by.username, now=now, because="roster", duty=username
    )


def _give_back(day: date, by: str, now: datetime) -> None:
    """Take a day off the roster; a stone says who stood there."""
    row = DutyDay.objects.filter(day=day).first()
    if row is None:
        return
    gone = digest_of(day=day, username=row.username, role=row.role, set_by=row.set_by)
    bury(Buried(kind="duty", object=f"duty {day}", digest=gone), because="roster", by=by, now=now)
    row.delete()


def _role(username: str) -> str:
    row = User.objects.filter(username=username, is_active=True, role__in=OFFICERS).first()
    if row is None:
        raise Refusal("vigilance.duty-unknown", "$.username")
    return str(row.role)
