# SPDX-License-Identifier: Apache-2.0
"""The table of what a person of the regulator has read: up to which moment the morning page was seen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class MorningLook(models.Model):
    """Up to when somebody has read what is new; moved by that person alone, never by opening the page."""

    username = models.CharField(max_length=150, unique=True)
    up_to = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["username"]
