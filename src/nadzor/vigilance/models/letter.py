# SPDX-License-Identifier: Apache-2.0
"""Table of routine letters: the regulator writes to a site through the relay, the clinic answers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SiteLetter(models.Model):
    """One letter to one site, and the one answer to it; held: sealed, until a person has redacted it.

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
    held = models.BooleanField(default=False, db_index=True)  # the answer is sealed until it is redacted
    held_kind = models.CharField(max_length=20, blank=True)  # of the personal detail found in it
    nonce = models.BinaryField(max_length=12, null=True)
    sealed = models.BinaryField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
