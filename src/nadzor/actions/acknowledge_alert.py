# SPDX-License-Identifier: Apache-2.0
"""Acknowledge an alert: somebody of the regulator has read of the death or the threat."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.vigilance.event_permissions import is_desk
from nadzor.vigilance.event_rows import subject_of
from nadzor.vigilance.models import Alert


@transaction.atomic
def acknowledge_alert(id: int, *, by: Person | None, now: datetime) -> str:
    """Note who acknowledged an alert first and return its event's number; a second time changes nothing.

    Raises: Refusal vigilance.alert-unknown, also for whoever is not of the desk.
    """
    row = Alert.objects.select_for_update().select_related("event").filter(pk=id).first()
    if row is None or by is None or not is_desk(by):
        raise Refusal("vigilance.alert-unknown")
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by = now, by.username
        row.save(update_fields=["acknowledged_at", "acknowledged_by"])
        audit.record(
            "vigilance.alert.acknowledge", subject_of(row.event.number), by=by.username, now=now,
            because=row.kind,
        )  # fmt: skip
    return str(row.event.number)
