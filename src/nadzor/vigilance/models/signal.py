# SPDX-License-Identifier: Apache-2.0
"""Tables of signals: the matter, its evidence, its moves, and the quiet device of a week."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.procedures.signal import SIGNAL
from nadzor.vigilance.models.written import Written


class Signal(models.Model):
    """A matter that detectors found, filed once: `evidence` is the whole finding as it was when raised.

    `stream` is what it is about, without any day; `family` the same for all versions.  `leading` is the one
    it is merged under, `follows` the closed one after which it came again.  Severity, strength and course are
    those of the last evidence; the rest says how a person disposed of it.
    """

    fingerprint = models.CharField(max_length=64, unique=True)
    stream = models.CharField(max_length=64, db_index=True)
    family = models.CharField(max_length=64, db_index=True)
    detector = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=40)
    device = models.CharField(max_length=40, blank=True, db_index=True)  # empty: all devices at once
    version = models.CharField(max_length=40, blank=True)
    site = models.CharField(max_length=40, blank=True)
    dimension = models.CharField(max_length=40, blank=True)
    stratum = models.CharField(max_length=40, blank=True)
    finding = models.CharField(max_length=40, blank=True)
    first_day = models.DateField()
    statistic = models.FloatField()
    threshold = models.FloatField()
    evidence = models.JSONField()
    severity = models.SmallIntegerField(default=3)
    strength = models.FloatField(default=0.0)
    course = models.CharField(max_length=12, default="new")
    state = models.CharField(max_length=24, db_index=True)
    owner = models.CharField(max_length=150, blank=True)
    owner_role = models.CharField(max_length=32, blank=True)
    take_up_by = models.DateField(null=True)
    late_told_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    fixed_version = models.CharField(max_length=40, blank=True)
    archived_until = models.DateField(null=True)
    archived_version = models.CharField(max_length=40, blank=True)
    leading = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="led")
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    raised_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=SIGNAL.states), name="signal_state_known")
        ]

    def __str__(self) -> str:
        return f"signal {self.pk}"


class SignalEvidence(Written):
    """What a run of the detectors said about a signal on a day: the finding, and what surrounded it.

    `stands` is False when data that came later took the finding away: that is evidence, too.
    """

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="appended")
    at = models.DateTimeField()
    finding = models.JSONField()
    circumstances = models.JSONField()
    digest = models.CharField(max_length=64)
    day = models.DateField()
    stands = models.BooleanField(default=True)
    episodes = models.SmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["signal", "day"], name="signal_evidence_once_a_day")
        ]


class SignalMove(Written):
    """One move of a signal: who, in which role, from where to where, on what grounds."""

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="moves")
    at = models.DateTimeField()
    verb = models.CharField(max_length=40)
    start = models.CharField(max_length=24)
    to = models.CharField(max_length=24)
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=32)
    because = models.TextField(blank=True)
    added = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["id"]


class QuietLook(models.Model):
    """The quiet device of a week, chosen once, and what a person saw when looking at it."""

    week = models.CharField(max_length=8, unique=True)
    device = models.CharField(max_length=40)
    chosen_at = models.DateTimeField()
    among = models.IntegerField()
    outcome = models.CharField(max_length=12, blank=True)  # empty: nobody has looked yet
    note = models.TextField(blank=True)
    seen_by = models.CharField(max_length=150, blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-week"]

    def __str__(self) -> str:
        return self.week
