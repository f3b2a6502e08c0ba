# SPDX-License-Identifier: Apache-2.0
"""What the public reads as open rows, each under the number of its last change."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class OpenRow(models.Model):
    """One row of an open set as it was last published; one that is gone stays as a mark without content.

    `change` rises over all rows and sets: whoever follows asks for what has a greater one.
    """

    shelf = models.CharField(max_length=40)
    key = models.CharField(max_length=300)
    change = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    content = models.JSONField(null=True)  # None: the row is gone
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["change"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["shelf", "key"], name="open_row_once")]
        indexes: ClassVar = [models.Index(fields=["shelf", "change"], name="open_row_change")]


class OpenShelf(models.Model):
    """How an open set stands: from what it was last made, and when somebody looked whether it still holds."""

    shelf = models.CharField(max_length=40, primary_key=True)
    stamp = models.CharField(max_length=64)
    checked_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
