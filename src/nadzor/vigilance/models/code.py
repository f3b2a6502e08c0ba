# SPDX-License-Identifier: Apache-2.0
"""Tables of the adverse-event terminology: an edition as it was imported, and its codes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class CodeEdition(models.Model):
    """One release of the terminology, imported whole from its files; it is never changed afterwards."""

    name = models.CharField(max_length=40, unique=True)  # "imdrf-2022"
    released = models.CharField(max_length=20, blank=True)  # what the release calls itself: a year or a day
    digests = models.JSONField(default=dict)  # SHA-256 of each file by its name
    terms = models.PositiveIntegerField(default=0)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=150)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return str(self.name)


class Code(models.Model):
    """One term of one edition."""

    edition = models.ForeignKey(CodeEdition, on_delete=models.PROTECT, related_name="codes")
    annex = models.CharField(max_length=1)
    code = models.CharField(max_length=12)
    parent = models.CharField(max_length=12, blank=True)
    places = models.JSONField(default=list)  # every way down to it: some terms stand in two branches
    term = models.CharField(max_length=300)
    definition = models.TextField(blank=True)
    status = models.CharField(max_length=60, blank=True)
    selectable = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["annex", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "code"], name="code_once_an_edition")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.term}"
