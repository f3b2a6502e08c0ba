# SPDX-License-Identifier: Apache-2.0
"""Deeds, what was read, what was deleted, and the tree that seals them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.records.models.written_once import AppendOnly


class AuditEntry(AppendOnly):
    """One deed: who, what, why, when; bound to the entry before it."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    verb = models.CharField(max_length=80)
    object = models.CharField(max_length=200)
    by = models.CharField(max_length=200)
    because = models.CharField(max_length=500)
    facts = models.JSONField(default=dict)
    prev = models.CharField(max_length=64)
    entry = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [models.Index(fields=["object", "seq"]), models.Index(fields=["verb", "seq"])]


class ReadEntry(AppendOnly):
    """One reading of sensitive data: who read whose, by which door, how many rows.

    `device` and `site` say whose data it was; empty where it was nobody's in particular.  No value that was
    read is kept.
    """

    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    role = models.CharField(max_length=32)
    organisation = models.CharField(max_length=64, blank=True)  # the reader's; empty for staff
    way = models.CharField(max_length=8)  # portal, api, file, console
    route = models.CharField(max_length=80)  # name of the page or of the operation
    subject = models.CharField(max_length=120)  # what was read, e.g. "signal 12"
    device = models.CharField(max_length=64, blank=True)
    site = models.CharField(max_length=40, blank=True)
    rows = models.PositiveIntegerField(default=1)
    grounds = models.CharField(max_length=120, blank=True)  # the affair it was read for, where one was open

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["device", "at"], name="read_of_device"),
            models.Index(fields=["site", "at"], name="read_of_site"),
            models.Index(fields=["by", "at"], name="read_by"),
        ]


class AuditSeal(AppendOnly):
    """A step of the audit's own tree: the deeds and readings it took in, and the checkpoint signed over them.

    Leaves stand in the order of seals; within one, deeds by `seq`, then readings by `id`.
    """

    at = models.DateTimeField()
    first_deed = models.PositiveBigIntegerField()
    last_deed = models.PositiveBigIntegerField()  # less than the first: none
    first_read = models.PositiveBigIntegerField()
    last_read = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField(unique=True)  # leaves of the whole tree after this step
    root = models.CharField(max_length=44)  # base64
    checkpoint = models.TextField()  # signed note

    class Meta:
        ordering: ClassVar = ["id"]


class AccessDeferral(models.Model):
    """The head keeps the details of readings from an owner for a while: an inspection is under way."""

    device = models.CharField(max_length=64, blank=True)
    site = models.CharField(max_length=40, blank=True)
    until = models.DateTimeField()
    because = models.CharField(max_length=500)
    placed_by = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    ended_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(device="") ^ models.Q(site=""), name="deferral_has_one_owner"
            )
        ]


class Tombstone(AppendOnly):
    """What was here and was deleted: its kind, its name, the digest of what it was, and the ground."""

    kind = models.CharField(max_length=40)
    object = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    retention = models.CharField(max_length=60)  # key of the norm that let it go
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    because = models.CharField(max_length=500)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["kind", "object"], name="tombstone_of")]
