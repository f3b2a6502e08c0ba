# SPDX-License-Identifier: Apache-2.0
"""Tables of filings: an application or an affair under one procedure, its steps, papers and evidence."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.register.models.device import Device
from nadzor.register.models.written import Written

CHANNELS = ("portal", "gosuslugi", "paper", "house")


class Filing(models.Model):
    """One affair: an application of a maker, or a case the regulator opened about a device.

    `form` is the applicant's draft; what was handed in stands in `Submission` and never changes.
    `base_revision` is the edition of the register entry that an amendment was written against.
    """

    number = models.CharField(max_length=20, unique=True)  # ours, "2026-000001"
    procedure = models.CharField(max_length=40, db_index=True)
    state = models.CharField(max_length=32, db_index=True)
    title_ru = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="filings")
    maker = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="filings")
    applicant = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="applications"
    )
    expert = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="expertises"
    )
    form = models.JSONField(default=dict)
    channel = models.CharField(max_length=12, default="portal")
    external_number = models.CharField(max_length=64, blank=True)
    external_at = models.DateTimeField(null=True)
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="resubmissions")
    base_revision = models.PositiveIntegerField(null=True)
    filed_on = models.DateField(null=True)  # the Moscow day of receipt; the edition of every norm hangs on it
    opened_by = models.CharField(max_length=150)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(channel__in=CHANNELS), name="filing_channel_known"),
            models.UniqueConstraint(
                fields=["external_number"],
                condition=~models.Q(external_number=""),
                name="filing_external_once",
            ),
        ]

    def __str__(self) -> str:
        return f"filing {self.number}"


class FilingStep(Written):
    """One move of a filing: who, in which role, from where to where, on what grounds, with what facts."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    on = models.DateField()  # the Moscow day that starts and stops clocks
    verb = models.CharField(max_length=40)
    start = models.CharField(max_length=32)
    to = models.CharField(max_length=32)
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=32)
    organisation = models.CharField(max_length=64, blank=True)
    because = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["id"]


class Submission(Written):
    """What was handed in at one submit, cure or resubmission, whole and for good."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="submissions")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    form = models.JSONField()
    papers = models.JSONField()  # [{kind, edition, digest, name}]
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]


class Paper(Written):
    """One file of a dossier in one edition; a new upload of the same kind is the next edition."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=60)  # a key of the dossier's checklist
    edition = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    scan = models.CharField(max_length=200)  # what the virus scan said, or that none is configured

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["filing", "kind", "edition"], name="paper_edition_once")
        ]


class Evidence(Written):
    """A dated record of a trial, an inspection or an expert conclusion, made by a body that may make it."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(
        max_length=40
    )  # technical_trial clinical_trial inspection expertise court_act other
    body = models.CharField(max_length=64)  # a code of law/bodies.yaml, or an organisation's code
    number = models.CharField(max_length=100, blank=True)
    day = models.DateField()
    valid_until = models.DateField(null=True)
    outcome = models.CharField(max_length=20)  # positive negative none
    text = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)  # the file, if there is one
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=32)

    class Meta:
        ordering: ClassVar = ["id"]


class Letter(Written):
    """What the regulator wrote to the applicant, as it was sent."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="letters")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    to = models.CharField(max_length=64)
    title_ru = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    text_ru = models.TextField()
    text_en = models.TextField()
    cites = models.JSONField(default=list)  # norm keys the letter rests on

    class Meta:
        ordering: ClassVar = ["id"]


class Breach(Written):
    """A limit that passed unmet: seen once, told to those who escalate; it decides nothing."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="breaches")
    clock = models.CharField(max_length=60)
    started = models.DateField()
    due = models.DateField()
    seen_at = models.DateTimeField()
    responsible = models.CharField(max_length=32)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["filing", "clock", "started", "due"], name="breach_once")
        ]


class Seal(Written):
    """A signature or a time stamp on something of a filing, and whether the law calls it qualified."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="seals")
    what = models.CharField(max_length=40)  # submission decision import status
    digest = models.CharField(max_length=64)
    signer = models.CharField(max_length=200)
    suite = models.CharField(max_length=60)
    signature = models.TextField()
    stamp = models.TextField(blank=True)
    qualified = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class RefusedMove(models.Model):
    """How often a move was refused on a day, by verb, role and reason: everything refused is counted."""

    on = models.DateField()
    verb = models.CharField(max_length=40)
    role = models.CharField(max_length=32)
    code = models.CharField(max_length=60)
    times = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["on", "code", "verb", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["on", "verb", "role", "code"], name="refused_move_once")
        ]
