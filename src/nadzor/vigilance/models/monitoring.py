# SPDX-License-Identifier: Apache-2.0
"""Tables of clinical monitoring: the plan as registered, the yearly reports, their steps."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.vigilance.models.written import Written


class MonitoringPlan(Written):
    """The plan of a device from its dossier; a new one is the next edition."""

    device = models.CharField(max_length=40, db_index=True)
    edition = models.PositiveIntegerField()
    since = models.DateField()
    body = models.JSONField()
    filing = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "edition"], name="monitoring_plan_once")
        ]


class MonitoringReport(models.Model):
    """The report of one device for one calendar year.

    `body` is what was drafted from the data, `words` what people wrote by hand; signing fixes both under
    `digest`.
    """

    device = models.CharField(max_length=40, db_index=True)
    year = models.PositiveIntegerField()  # the year reported on; due on 1 February of the next
    state = models.CharField(max_length=24, db_index=True)
    known_by = models.DateField(null=True)
    body = models.JSONField(default=dict)
    words = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    seal = models.JSONField(default=dict)
    filed_on = models.DateField(null=True)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["device", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "year"], name="monitoring_report_once")
        ]


class MonitoringStep(Written):
    """One move of a yearly report."""

    report = models.ForeignKey(MonitoringReport, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    on = models.DateField()
    verb = models.CharField(max_length=40)
    start = models.CharField(max_length=24)
    to = models.CharField(max_length=24)
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=32)
    because = models.TextField(blank=True)
    added = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["id"]
