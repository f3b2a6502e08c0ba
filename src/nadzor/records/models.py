# SPDX-License-Identifier: Apache-2.0
"""Tables of the audit chain, notices, stored files and the vault."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class AppendOnly(models.Model):
    """A row that is written once.

    Why: a deed that can be edited afterwards proves nothing; triggers hold the same rule against raw SQL.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row; a second save is a fault of ours."""
        if not self._state.adding:
            raise TypeError("an audit entry is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Always a fault of ours."""
        raise TypeError("an audit entry is never deleted")


class AuditEntry(AppendOnly):
    """One deed: who, what, why, when; bound to the entry before it."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    verb = models.CharField(max_length=80)
    object = models.CharField(max_length=200)
    by = models.CharField(max_length=200)
    because = models.CharField(max_length=500)
    facts = models.JSONField(default=dict)
    prev = models.CharField(max_length=64)
    entry = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [models.Index(fields=["object", "seq"]), models.Index(fields=["verb", "seq"])]


class Notice(models.Model):
    """Something a role or an organisation must know."""

    created = models.DateTimeField()
    role = models.CharField(max_length=32, blank=True)
    organisation_code = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=200)  # what it is about, e.g. "signal 12"
    text_ru = models.TextField()
    text_en = models.TextField()
    read_at = models.DateTimeField(null=True)
    read_by = models.CharField(max_length=200, blank=True)
    mailed_at = models.DateTimeField(null=True)  # gone out by e-mail, or nobody has an address
    mail_tries = models.PositiveIntegerField(default=0)
    mail_fault = models.CharField(max_length=200, blank=True, default="")  # the last failure's kind

    class Meta:
        ordering: ClassVar = ["-created", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["role", "created"]),
            models.Index(fields=["organisation_code", "created"]),
            models.Index(fields=["mailed_at", "mail_tries"], name="notice_unmailed"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role="") ^ models.Q(organisation_code=""), name="notice_has_one_addressee"
            )
        ]


class StoredFile(models.Model):
    """A file kept by the digest of its bytes."""

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    kept_at = models.DateTimeField()


class VaultEntry(models.Model):
    """The sealed answer to "which clinic is this site?"; its key is not in this database."""

    site = models.CharField(max_length=40, primary_key=True)
    nonce = models.BinaryField(max_length=12)
    sealed = models.BinaryField()
    sealed_at = models.DateTimeField()
