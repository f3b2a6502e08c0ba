# SPDX-License-Identifier: Apache-2.0
"""The table of opinions: whether a product is a medical device, by whom and when it was found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.register.models.written import Written


class Opinion(Written):
    """One determination with the answers it rests on and the rules in force that day."""

    number = models.CharField(max_length=20, unique=True)
    product = models.CharField(max_length=300)
    author = models.CharField(max_length=150)
    organisation = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    answers = models.JSONField()
    result = models.JSONField()
    verdict = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-id"]
