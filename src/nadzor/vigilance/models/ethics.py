# SPDX-License-Identifier: Apache-2.0
"""The table of the Code of Ethics self-assessment: what a maker says of itself, line by line."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.vigilance.models.written import Written


class EthicsAnswer(Written):
    """One answer to one line; the newest stands, the older ones are kept."""

    device = models.CharField(max_length=40, db_index=True)
    line = models.CharField(max_length=60)
    answer = models.CharField(max_length=12)  # yes partly no
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        ordering: ClassVar = ["id"]
