# SPDX-License-Identifier: Apache-2.0
"""Tables beside the journal: who may forward, what was declared in sums, what clinics say is missing."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.register.models.device import Device, Installation

INTEGRITY_KINDS = ("conflict", "fork", "restored")
FORMATS = ("json", "csv", "xlsx")
VOLUME_ANSWERS = ("about_right", "fewer", "more", "not_used", "unknown")


class ForwarderToken(models.Model):
    """The right of one installation to report without signing (OTLP); only the token's hash is here."""

    installation = models.ForeignKey(Installation, on_delete=models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["issued_at", "id"]


class IntegrityFinding(models.Model):
    """What a ledger of the journal shows about one sender: kept once, told once, answered by its maker."""

    kind = models.CharField(max_length=12)
    installation = models.ForeignKey(Installation, on_delete=models.PROTECT, related_name="integrity")
    subject = models.CharField(max_length=64)  # stream (hex), digest or month: what makes it this one
    facts = models.JSONField()
    found_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-found_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "installation", "subject"], name="integrity_once"),
            models.CheckConstraint(condition=models.Q(kind__in=INTEGRITY_KINDS), name="integrity_kind_known"),
        ]


class DeclaredReport(models.Model):
    """A month as its maker declared it in sums; never added to what events tell."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="declared")
    month = models.CharField(max_length=7)  # YYYY-MM
    format = models.CharField(max_length=4)
    digest = models.CharField(max_length=64)  # SHA-256 of the file as it came
    rows = models.JSONField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-month", "-at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "month", "digest"], name="declared_once"),
            models.CheckConstraint(condition=models.Q(format__in=FORMATS), name="declared_format_known"),
        ]


class MissingInstallation(models.Model):
    """A clinic says that an AI works there of which nothing is shown; the site is the clinic's pseudonym."""

    site = models.CharField(max_length=40, db_index=True)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="missing")
    told = models.CharField(max_length=500)  # what the clinic calls it
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]


class VolumeStatement(models.Model):
    """A clinic's word, once a quarter, whether the number of studies shown is roughly right."""

    installation = models.ForeignKey(Installation, on_delete=models.PROTECT, related_name="volumes")
    quarter = models.CharField(max_length=7)  # YYYY-Qn
    counted = models.PositiveIntegerField()  # what was shown when the clinic answered
    answer = models.CharField(max_length=12)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-quarter", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["installation", "quarter"], name="volume_once_a_quarter"),
            models.CheckConstraint(condition=models.Q(answer__in=VOLUME_ANSWERS), name="volume_answer_known"),
        ]
