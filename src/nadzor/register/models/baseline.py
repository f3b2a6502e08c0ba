# SPDX-License-Identifier: Apache-2.0
"""The registered baseline of a device: what detectors measure it against, as a person set it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.register.models.device import Device
from nadzor.register.models.written import Written


class Baseline(Written):
    """The days [first, after) of a device's usual work; the newest one stands, older ones stay to be seen."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="baselines")
    first = models.DateField()
    after = models.DateField()
    by = models.CharField(max_length=150)
    because = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(first__lt=models.F("after")), name="baseline_has_days")
        ]
