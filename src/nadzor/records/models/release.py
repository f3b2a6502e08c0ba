# SPDX-License-Identifier: Apache-2.0
"""What leaves the house for the public, and what is kept from it for a while."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Release(models.Model):
    """A set of public tables of one series and period: attacked before it goes out, never revised after.

    `sha256` is of the canonical bytes, kept below `releases/` of the data directory.
    """

    series = models.CharField(max_length=60)
    period = models.CharField(max_length=10)  # YYYY-MM, YYYY-Qn or YYYY
    edition = models.PositiveIntegerField(default=1)  # of the series' definition, not of the figures
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    built_at = models.DateTimeField()
    is_safe = models.BooleanField()
    attack = models.JSONField()  # what the opponent could do: the report of the check
    published_by = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["series", "-period", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(published_at=None) | models.Q(is_safe=True), name="unsafe_is_not_published"
            ),
            models.UniqueConstraint(
                fields=["series", "period"],
                condition=~models.Q(published_at=None),
                name="published_once",
            ),
        ]


class Embargo(models.Model):
    """Details of a weak spot kept from the public until a day; never from clinics that run the version."""

    device = models.CharField(max_length=64)
    version = models.CharField(max_length=60, blank=True)  # empty: all versions
    hides = models.JSONField()  # codes of the closed list of details
    about = models.CharField(max_length=120, blank=True)  # e.g. "signal 12", "case 2026-000003"
    because = models.CharField(max_length=500)
    placed_by = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["device", "until"], name="embargo_of_device")]
