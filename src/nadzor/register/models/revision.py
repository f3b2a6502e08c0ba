# SPDX-License-Identifier: Apache-2.0
"""Tables of the register's memory: every edition of every entry, and what the official register said."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.register.models.device import Device
from nadzor.register.models.filing import Filing
from nadzor.register.models.written import Written


class Revision(Written):
    """One edition of an entry: what held from `valid_from`, known to us from `known_at`.

    The row's own id is the cursor of "changed since": it grows with every edition and is never reused.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()  # 1, 2, … of this device
    valid_from = models.DateField()
    known_at = models.DateTimeField(db_index=True)
    cause = models.CharField(max_length=40)  # import registration amendment suspension … court mirror
    filing = models.ForeignKey(Filing, null=True, on_delete=models.PROTECT, related_name="revisions")
    by = models.CharField(max_length=150)
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["device", "number"], name="revision_once")]


class MirrorSync(Written):
    """One attempt to read the official register: when, from what file, and whether it was read whole."""

    source = models.CharField(max_length=200)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12)  # read failed
    entries = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]


class MirrorEntry(Written):
    """What the official register said about one number in one sync."""

    sync = models.ForeignKey(MirrorSync, on_delete=models.PROTECT, related_name="rows")
    number = models.CharField(
        max_length=60, db_index=True
    )  # opaque; in one spelling, `content` has the printed
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]
