# SPDX-License-Identifier: Apache-2.0
"""Tables of warnings: one letter, its copies to the sites that run the version, and what the public reads."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.vigilance.models.written import Written


class SafetyWarning(Written):
    """A letter to every clinic that runs a version: that it deviates, is suspended, may be used again."""

    number = models.CharField(max_length=20, unique=True)  # "W-2026-000001"
    filing = models.CharField(max_length=20, blank=True, db_index=True)
    step = models.PositiveBigIntegerField(null=True)  # the filing's step it follows from
    event = models.CharField(
        max_length=20, blank=True, db_index=True
    )  # or the adverse event, unconfirmed yet
    device = models.CharField(max_length=40, db_index=True)
    versions = models.JSONField(default=list)  # empty: all versions
    kind = models.CharField(max_length=16)  # deviation threat suspension resumption cancellation ended
    title_ru = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    text_ru = models.TextField()
    text_en = models.TextField()
    cites = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    confirm_by = models.DateField(null=True)  # a target of the house

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["filing", "step", "kind"],
                condition=models.Q(step__isnull=False),
                name="warning_once_a_step",
            ),
            models.UniqueConstraint(
                fields=["event", "kind"], condition=~models.Q(event=""), name="warning_once_an_event"
            ),
        ]


class WarningCopy(models.Model):
    """One site's copy: told through the relay or not reachable, opened, confirmed, reminded.

    Why no organisation: who confirmed is a pseudonym of the vault; a site never stands beside its clinic.
    """

    warning = models.ForeignKey(SafetyWarning, on_delete=models.PROTECT, related_name="copies")
    site = models.CharField(max_length=40)
    versions = models.JSONField(default=list)  # what ran there
    sent_at = models.DateTimeField()
    reached = models.BooleanField()  # whether an account is behind the site; if not, the public letter is all
    opened_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=20, blank=True)
    answer = models.CharField(max_length=16, blank=True)  # stopped watching not_used noted
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["warning", "site"], name="warning_copy_once_a_site")
        ]


class NoticeDecision(Written):
    """What the head said of a warning's public letter: publish or withhold, and why; the newest stands."""

    warning = models.ForeignKey(SafetyWarning, on_delete=models.PROTECT, related_name="decisions")
    decision = models.CharField(max_length=12)  # publish withhold
    because = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        ordering: ClassVar = ["id"]


class PublicNotice(models.Model):
    """A safety notice anybody may read: the regulator's letter, or a maker's notice (1113n, annex 4).

    It is ended with grounds, or followed by the notice that says what became of it; it is never deleted.
    """

    number = models.CharField(max_length=20, unique=True)  # "SN-2026-000001"
    device = models.CharField(max_length=40, db_index=True)
    versions = models.JSONField(default=list)
    source = models.CharField(max_length=12)  # regulator maker
    warning = models.ForeignKey(SafetyWarning, null=True, on_delete=models.PROTECT, related_name="public")
    event = models.CharField(max_length=20, blank=True)
    document = models.PositiveBigIntegerField(null=True, unique=True)  # the maker's own, as it was filed
    kind = models.CharField(max_length=16, default="maker")  # the warning's, or maker
    cites = models.JSONField(default=list)
    title_ru = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    text_ru = models.TextField()
    text_en = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=150)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)
    ended_by = models.CharField(max_length=150, blank=True)
    followed_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="follows")
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-id"]
