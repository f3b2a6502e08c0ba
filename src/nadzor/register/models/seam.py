# SPDX-License-Identifier: Apache-2.0
"""The table of seams: systems of the state that hand in filings, each with its own key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Seam(models.Model):
    """A system that may hand in filings for applicants and ask how its own stand, and nothing else."""

    name = models.SlugField(max_length=40, unique=True)
    keyid = models.CharField(max_length=16, unique=True)
    public = models.CharField(max_length=44)  # Ed25519, base64
    added_by = models.CharField(max_length=150)
    added_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name"]
