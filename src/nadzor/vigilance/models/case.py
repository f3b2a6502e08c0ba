# SPDX-License-Identifier: Apache-2.0
"""Tables of what a case rests on; the case itself is a filing under the procedure `case`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.vigilance.models.written import Written


class CaseGround(Written):
    """One thing a case rests on: a signal, an adverse event, a figure recomputed, a document."""

    filing = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=24)  # signal event claim month monitoring recomputation document
    ref = models.CharField(max_length=120)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=32)
    because = models.TextField(blank=True)
    facts = models.JSONField(default=dict)  # what it said on that day, so that the case keeps its own copy
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["filing", "kind", "ref", "digest"], name="case_ground_once")
        ]


class CasePack(Written):
    """What the maker was given at an inquiry: statistics, hashes, code, commands that reproduce them."""

    filing = models.CharField(max_length=20, db_index=True)
    at = models.DateTimeField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]


class Recomputation(Written):
    """The maker's own reckoning of a figure held against it, beside ours, computed again by us."""

    filing = models.CharField(max_length=20, db_index=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    calculation = models.CharField(max_length=60)
    given = models.JSONField()  # the figures the maker put in
    found = models.JSONField()  # what our code makes of them
    ours = models.JSONField()  # what the pack said
    same = models.BooleanField()
    because = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]


class Dispute(models.Model):
    """A maker's number beside the platform's, with what each was counted from, until somebody explains."""

    device = models.CharField(max_length=40, db_index=True)
    month = models.CharField(max_length=7)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=150)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default="open")  # open settled
    outcome = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
