# SPDX-License-Identifier: Apache-2.0
"""Tables of signals.  Only this room and `actions` import them; every other room reads `queries`."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from nadzor.procedures.signal import SIGNAL


class Written(models.Model):
    """A row that is written once: evidence and moves are added, never changed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row; a second save is a fault of ours."""
        if not self._state.adding:
            raise TypeError("evidence and moves are only added")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Always a fault of ours."""
        raise TypeError("evidence and moves are never deleted")


class Signal(models.Model):
    """A detector's finding, filed once: `evidence` is the whole finding as it was when raised."""

    fingerprint = models.CharField(max_length=64, unique=True)
    detector = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=40)
    device = models.CharField(max_length=40, blank=True, db_index=True)  # empty: all devices at once
    version = models.CharField(max_length=40, blank=True)
    site = models.CharField(max_length=40, blank=True)
    stratum = models.CharField(max_length=40, blank=True)
    finding = models.CharField(max_length=40, blank=True)
    first_day = models.DateField()
    statistic = models.FloatField()
    threshold = models.FloatField()
    evidence = models.JSONField()
    state = models.CharField(max_length=24, db_index=True)
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
    """What a run of the detectors said about a signal: the finding, and what surrounded it on that day."""

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="appended")
    at = models.DateTimeField()
    finding = models.JSONField()
    circumstances = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["signal", "digest"], name="signal_evidence_once")
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

    class Meta:
        ordering: ClassVar = ["id"]
