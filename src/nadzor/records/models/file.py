# SPDX-License-Identifier: Apache-2.0
"""Files kept by the digest of their bytes."""

from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """A file kept by the digest of its bytes."""

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    kept_at = models.DateTimeField()
