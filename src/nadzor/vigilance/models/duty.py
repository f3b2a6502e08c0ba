# SPDX-License-Identifier: Apache-2.0
"""Tables of what must not wait: alerts to the officer on duty, the roster, and limits that were missed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.vigilance.models.event import AdverseEvent
from nadzor.vigilance.models.written import Written


class DutyDay(models.Model):
    """Who is on duty on a day of Moscow, weekends included; a day without a row is the head's."""

    day = models.DateField(unique=True)
    username = models.CharField(max_length=150)
    role = models.CharField(max_length=32, default="head")  # theirs on that day: notices go to a role
    set_by = models.CharField(max_length=150)

    class Meta:
        ordering: ClassVar = ["day"]


class Alert(models.Model):
    """A death or a public-health threat, told at once; it stands until somebody has acknowledged it."""

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=16)  # threat death
    raised_at = models.DateTimeField()
    duty = models.CharField(max_length=150)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "kind"], name="alert_once_an_event")
        ]


class MissedLimit(Written):
    """A limit that passed unmet, or a report that is not there: seen once, escalated; it decides nothing."""

    subject = models.CharField(
        max_length=60, db_index=True
    )  # "event AE-2026-000001", "monitoring ai-001 2027"
    device = models.CharField(max_length=40, blank=True, db_index=True)
    clock = models.CharField(max_length=60)
    started = models.DateField()
    due = models.DateField()
    responsible = models.CharField(max_length=32)
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "clock", "started", "due"], name="missed_limit_once")
        ]
