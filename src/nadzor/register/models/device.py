# SPDX-License-Identifier: Apache-2.0
"""Tables of devices: what is registered, what its maker declared, where it works and with which keys."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

STATUSES = ("draft", "registered", "suspended", "cancelled")
CLASSES = ("1", "2a", "2b", "3")
METRICS = ("sensitivity", "specificity", "auc")


class Device(models.Model):
    """A registered medical device."""

    code = models.SlugField(max_length=40, unique=True)
    name_ru = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    number = models.CharField(max_length=60, unique=True)
    registered_on = models.DateField()
    risk_class = models.CharField(max_length=2)
    ai = models.BooleanField()
    transmits = models.BooleanField()
    intended_use_ru = models.TextField()
    intended_use_en = models.TextField()
    field = models.CharField(max_length=40)
    solution_type = models.CharField(max_length=40)
    modality = models.CharField(max_length=8)
    status = models.CharField(max_length=12, default="registered")
    maker = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="devices")
    search = models.TextField(editable=False)  # folded names, number and code; see `fold.py`
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(status__in=STATUSES), name="device_status_known"),
            models.CheckConstraint(condition=models.Q(risk_class__in=CLASSES), name="device_class_known"),
        ]

    def __str__(self) -> str:
        return self.code


class Version(models.Model):
    """A software version of a device; registered_on is empty until the amendment is entered."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=40)
    released_on = models.DateField()
    registered_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["released_on", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["device", "version"], name="version_once")]


class Build(models.Model):
    """The digest of model and software that a version may carry."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="builds")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["digest"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "digest"], name="build_once")]


class Claim(models.Model):
    """What the maker declared at registration about one finding."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="claims")
    finding = models.CharField(max_length=40)
    label_ru = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200)
    metric = models.CharField(max_length=16)
    value = models.DecimalField(max_digits=5, decimal_places=4)
    lower_bound = models.DecimalField(max_digits=5, decimal_places=4)
    threshold = models.PositiveIntegerField(null=True)  # 0..10000; null for auc

    class Meta:
        ordering: ClassVar = ["finding", "metric"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "finding", "metric"], name="claim_once"),
            models.CheckConstraint(condition=models.Q(metric__in=METRICS), name="claim_metric_known"),
            models.CheckConstraint(
                condition=models.Q(lower_bound__gte=0, value__lte=1, lower_bound__lte=models.F("value")),
                name="claim_within_0_1",
            ),
        ]


class ScoreScale(models.Model):
    """How a device's score of one finding becomes the wire's 0..10000, and the bins it is counted in.

    Units: low and high are the device's own score; edges are ascending integers of the wire.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="scales")
    finding = models.CharField(max_length=40)
    low = models.FloatField(default=0.0)
    high = models.FloatField(default=1.0)
    edges = models.JSONField()

    class Meta:
        ordering: ClassVar = ["finding"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["device", "finding"], name="scale_once")]


class Installation(models.Model):
    """A device at work in one clinic, known here only by the clinic's pseudonym."""

    id = models.CharField(max_length=20, primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="installations")
    site = models.CharField(max_length=40, db_index=True)
    sandbox = models.BooleanField(default=False)
    created = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["created", "id"]


class InstallationKey(models.Model):
    """A public key of an installation and when it counts; `compromised_since` is when its maker lost it."""

    installation = models.ForeignKey(Installation, on_delete=models.PROTECT, related_name="keys")
    keyid = models.CharField(max_length=64, unique=True)
    public = models.CharField(max_length=200)  # base64; keys of other suites are longer than Ed25519's
    not_before = models.DateTimeField()
    not_after = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    compromised_since = models.DateTimeField(null=True)
    suite = models.CharField(max_length=32, default="ed25519+sha256")
    replaces = models.CharField(max_length=64, blank=True)  # the key that asked for this one

    class Meta:
        ordering: ClassVar = ["not_before", "id"]


class EnrolmentToken(models.Model):
    """The right to enrol one installation once; only the token's hash is here."""

    digest = models.CharField(max_length=64, primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="tokens")
    site = models.CharField(max_length=40)
    sandbox = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    installation = models.ForeignKey(  # what it became, so that a lost answer can be given again
        Installation, null=True, on_delete=models.PROTECT, related_name="invited_by"
    )

    class Meta:
        ordering: ClassVar = ["-issued_at", "digest"]


class PublishedDirectory(models.Model):
    """The last serial of the key directory; one row."""

    serial = models.PositiveBigIntegerField()
    issued_at = models.DateTimeField()
