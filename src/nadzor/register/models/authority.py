# SPDX-License-Identifier: Apache-2.0
"""Tables of authority: who decides for the head and until when, and who may not because of an interest."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Delegation(models.Model):
    """The head's power to decide, given to somebody for some days by an order; revoked by `ended_at`."""

    to = models.CharField(max_length=150)  # the user name
    procedures = models.JSONField(default=list)  # empty: all
    valid_from = models.DateField()
    valid_until = models.DateField()  # exclusive
    order = models.CharField(max_length=200)
    given_by = models.CharField(max_length=150)
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]


class Interest(models.Model):
    """A conflict of interest: this person takes no part in this organisation's affairs while it lasts."""

    username = models.CharField(max_length=150, db_index=True)
    organisation = models.CharField(max_length=64)
    why = models.CharField(max_length=500)
    declared_by = models.CharField(max_length=150)
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
