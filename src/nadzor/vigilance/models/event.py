# SPDX-License-Identifier: Apache-2.0
"""Tables of adverse events: the coded core, its documents, its steps, its narratives, who may follow it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.vigilance.models.written import Written

WAYS = ("portal", "public", "sdk", "api", "import", "letter")
SAYS = ("", "same", "different")


class AdverseEvent(models.Model):
    """One event by its newest documents: the coded core that is never lost.

    Three clocks: `event_on` when it happened, `aware_on` when the reporter learned of it, `received_on` when
    it reached the regulator; each may be unknown.  A clinic stands here as `site`, its people as `reporter`
    pseudonyms; `reporter_organisation` is a maker's or the regulator's code and empty for a clinic.
    `device` is a code of the register and empty while only `device_told` is known.  `leading` is the event
    that a person found this one to be a duplicate of.
    """

    number = models.CharField(max_length=20, unique=True)  # ours, "AE-2026-000001"
    way = models.CharField(max_length=8)
    source_id = models.CharField(max_length=120, blank=True)  # the sender's own number, or id of a wire event
    device = models.CharField(max_length=40, blank=True, db_index=True)
    device_told = models.CharField(max_length=300, blank=True)
    version = models.CharField(max_length=40, blank=True)
    installation = models.CharField(max_length=40, blank=True)
    site = models.CharField(max_length=40, blank=True, db_index=True)
    study = models.CharField(max_length=32, blank=True)
    event_on = models.DateField(null=True)
    aware_on = models.DateField(null=True)
    received_on = models.DateField(null=True)
    received_at = models.DateTimeField()
    event_type = models.CharField(max_length=24, blank=True)
    seriousness = models.CharField(max_length=16, default="other")  # threat death other
    problems = models.JSONField(default=list)  # [{code, edition}] of annex A
    effects = models.JSONField(default=list)  # [{code, edition}] of annexes E and F
    causes = models.JSONField(default=list)  # [{code, edition}] of annexes B, C, D, G
    state = models.CharField(max_length=24, db_index=True)
    reporter_role = models.CharField(max_length=32)
    reporter_organisation = models.CharField(max_length=64, blank=True)
    reporter = models.CharField(max_length=150, blank=True)
    quality = models.FloatField(default=0.0)
    doubts = models.JSONField(default=list)  # codes of what contradicts itself
    leading = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="led")
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(way__in=WAYS), name="event_way_known"),
            models.UniqueConstraint(
                fields=["way", "source_id"], condition=~models.Q(source_id=""), name="event_source_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["device", "state"], name="event_device_state")]

    def __str__(self) -> str:
        return f"event {self.number}"


class EventDocument(Written):
    """One form about an event as it was sent: message, report, follow-up, corrective action, notice."""

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=24)
    form = models.CharField(max_length=60, blank=True)  # form and edition, "order-1113n-report 2021"
    at = models.DateTimeField()
    on = models.DateField()
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=32)
    organisation = models.CharField(max_length=64, blank=True)
    fields = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    seal = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["id"]


class Narrative(models.Model):
    """The free text of a document.  Held: sealed, and no clear text until a person has redacted it."""

    document = models.OneToOneField(EventDocument, on_delete=models.PROTECT, related_name="narrative")
    text = models.TextField(blank=True)
    held = models.BooleanField(default=False, db_index=True)
    kind = models.CharField(max_length=20, blank=True)  # of the personal detail found
    nonce = models.BinaryField(max_length=12, null=True)
    sealed = models.BinaryField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=150, blank=True)


class EventStep(Written):
    """One move of an event; `on` is the Moscow day that starts and stops clocks."""

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    on = models.DateField()
    verb = models.CharField(max_length=40)
    start = models.CharField(max_length=24)
    to = models.CharField(max_length=24)
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=32)
    because = models.TextField(blank=True)
    added = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["id"]


class LikelySame(models.Model):
    """Two events that may be one, with the evidence; a person says, and nothing is deleted."""

    first = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="likely_first")
    second = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="likely_second")
    cluster = models.CharField(max_length=20)  # the smallest number in the complete-link cluster
    weight = models.FloatField()  # log2 likelihood ratio
    probability = models.FloatField()
    compared = models.JSONField(default=dict)  # field: agrees, differs, unknown
    found_at = models.DateTimeField()
    said = models.CharField(max_length=12, blank=True)
    because = models.TextField(blank=True)
    said_by = models.CharField(max_length=150, blank=True)
    said_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-probability", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="likely_same_once"),
            models.CheckConstraint(condition=models.Q(said__in=SAYS), name="likely_same_said_known"),
        ]


class PrintedCode(models.Model):
    """What a printed QR code stands for: one installation, at one site, that anybody there may report on."""

    code = models.CharField(max_length=16, unique=True)
    installation = models.CharField(max_length=40)
    device = models.CharField(max_length=40)
    site = models.CharField(max_length=40)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=150)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]


class ReporterToken(models.Model):
    """How somebody without an account follows the report: only the hash of what they hold is kept."""

    event = models.OneToOneField(AdverseEvent, on_delete=models.PROTECT, related_name="token")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()


class EventImport(Written):
    """One imported file: what it was, and how its rows fared."""

    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    rows = models.PositiveIntegerField()
    kept = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    faults = models.JSONField(default=list)  # the first of them: [{row, code, at}]

    class Meta:
        ordering: ClassVar = ["-id"]


class EarlyCorrection(models.Model):
    """A correction on the wire of an event that is not here: it waits, and is applied when that comes.

    `source_id` is the installation and the event's own number.  What corrects a study waits for ever, and
    does no harm: no adverse event has a study's number.
    """

    source_id = models.CharField(max_length=120, unique=True)
    reason = models.CharField(max_length=60)
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)


class WireMark(models.Model):
    """Up to which index of the journal adverse events on the wire were taken in; one row."""

    index = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField()
