# SPDX-License-Identifier: Apache-2.0
"""Table of routine letters: the regulator writes to a site through the relay, the clinic answers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SiteLetter(models.Model):
    """One letter to one site, and the one answer to it.

    Why no organisation: who wrote the answer is a pseudonym of the vault; a site never stands beside its
    clinic.
    """

    number = models.CharField(max_length=20, unique=True)  # "L-2026-000001"
    site = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=16)  # event gap claim general
    about = models.CharField(max_length=40, blank=True)  # number of an event, code of a device
    text = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    told_at = models.DateTimeField(null=True, db_index=True)  # handed to the relay, together with others
    reached = models.BooleanField(null=True)  # whether an account is behind the site; unknown until told
    opened_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=20, blank=True)  # "u-…"

    class Meta:
        ordering: ClassVar = ["-id"]
