# SPDX-License-Identifier: Apache-2.0
"""Tables of the transmission gate: how far a device's automatic transmission came, and what proves it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.register.models.device import Device
from nadzor.register.models.written import Written


class Transmission(models.Model):
    """The gate of one device: evidence for the registrar, never a bar to filing."""

    device = models.OneToOneField(Device, on_delete=models.PROTECT, related_name="transmission")
    state = models.CharField(max_length=24)
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["device__code"]


class TransmissionStep(Written):
    """One move of the gate, by a person or noted by the house, with what it rests on."""

    transmission = models.ForeignKey(Transmission, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    on = models.DateField()
    verb = models.CharField(max_length=40)
    start = models.CharField(max_length=24)
    to = models.CharField(max_length=24)
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=32)
    because = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["id"]


class Certificate(Written):
    """What a conformance test of a sandbox stream found, signed by the house."""

    number = models.CharField(max_length=20, unique=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="certificates")
    version = models.CharField(max_length=40)
    at = models.DateTimeField()
    passed = models.BooleanField()
    checks = models.JSONField()
    digest = models.CharField(max_length=64)
    signature = models.TextField()

    class Meta:
        ordering: ClassVar = ["-id"]


class Outage(Written):
    """Hours during which this house could not receive: they never count against a maker."""

    began = models.DateTimeField()
    ended = models.DateTimeField()
    what = models.CharField(max_length=500)
    noted_by = models.CharField(max_length=150)
    noted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["began"]
