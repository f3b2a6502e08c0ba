# SPDX-License-Identifier: Apache-2.0
"""Something a role, an organisation or one account must know."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Notice(models.Model):
    """Something a role or an organisation must know."""

    created = models.DateTimeField()
    role = models.CharField(max_length=32, blank=True)
    organisation_code = models.CharField(max_length=64, blank=True)
    account = models.CharField(max_length=150, blank=True, default="")  # a clinic's account by its pseudonym
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
            models.Index(fields=["account", "created"], name="notice_account"),
            models.Index(fields=["mailed_at", "mail_tries"], name="notice_unmailed"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(models.Q(role="", organisation_code=""), ~models.Q(account=""))
                | models.Q(models.Q(role="", account=""), ~models.Q(organisation_code=""))
                | models.Q(models.Q(organisation_code="", account=""), ~models.Q(role="")),
                name="notice_has_one_addressee",
            )
        ]
