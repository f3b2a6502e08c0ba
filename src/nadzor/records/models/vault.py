# SPDX-License-Identifier: Apache-2.0
"""The vault: sealed entries, requests to open them, what was looked at; holds and orders to destroy."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nadzor.records.models.written_once import AppendOnly


class VaultEntry(models.Model):
    """The sealed answer to "which clinic is this site?"; its key is not in this database."""

    site = models.CharField(max_length=40, primary_key=True)
    nonce = models.BinaryField(max_length=12)
    sealed = models.BinaryField()
    sealed_at = models.DateTimeField()


OPENING_KINDS = ("two_person", "break_glass")
OPENING_STATES = ("asked", "open", "refused", "lapsed", "closed", "reviewed")


class VaultOpening(models.Model):
    """A request to learn which clinics stand behind some sites, and what became of it.

    Two people: one asks, another approves, and it closes by itself.  Broken glass: one person opens at
    once for a danger, and somebody else reviews it afterwards.
    """

    kind = models.CharField(max_length=12)
    purpose = models.CharField(max_length=40)  # a code of the closed list of purposes
    because = models.CharField(max_length=500)
    about = models.CharField(max_length=120, blank=True)  # the affair, e.g. "event AE-2026-000001"
    sites = models.JSONField()  # pseudonyms, sorted
    state = models.CharField(max_length=12)
    asked_by = models.CharField(max_length=200)
    asked_role = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()  # without an approval until then the request is dead
    decided_by = models.CharField(max_length=200, blank=True)
    decided_role = models.CharField(max_length=32, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_because = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    review_due = models.DateField(null=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    finding = models.CharField(max_length=20, blank=True)  # justified, unjustified
    review_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(kind__in=OPENING_KINDS), name="opening_kind_known"),
            models.CheckConstraint(condition=models.Q(state__in=OPENING_STATES), name="opening_state_known"),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("asked_by")),
                name="opening_by_two",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by="") | ~models.Q(reviewed_by=models.F("asked_by")),
                name="opening_reviewed_by_another",
            ),
        ]


class VaultLook(AppendOnly):
    """One site that was unsealed under an opening, and who saw the answer."""

    opening = models.ForeignKey(VaultOpening, on_delete=models.PROTECT, related_name="looks")
    site = models.CharField(max_length=40, db_index=True)
    by = models.CharField(max_length=200)
    role = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class LegalHold(models.Model):
    """What may not be destroyed while a case, a court or an inspection needs it.

    `installation` or `device` (one of them); months as YYYY-MM, both ends included, empty: without an end.
    """

    device = models.CharField(max_length=64, blank=True)
    installation = models.CharField(max_length=64, blank=True)
    first_month = models.CharField(max_length=7, blank=True)
    last_month = models.CharField(max_length=7, blank=True)
    about = models.CharField(max_length=120, blank=True)
    because = models.CharField(max_length=500)
    placed_by = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    lifted_by = models.CharField(max_length=200, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(device="") ^ models.Q(installation=""), name="hold_has_one_scope"
            )
        ]


class ShredOrder(models.Model):
    """An order to destroy what an installation reported in a month: asked by one, approved by another."""

    installation = models.CharField(max_length=64)
    month = models.CharField(max_length=7)
    retention = models.CharField(max_length=60, blank=True)  # key of the norm whose term is over, if any
    because = models.CharField(max_length=500)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)
    decided_because = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)  # batches, events, first and last leaf, lake rows

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("asked_by")),
                name="shred_by_two",
            ),
            models.UniqueConstraint(
                fields=["installation", "month"],
                condition=models.Q(done_at=None) & ~models.Q(is_approved=False),
                name="one_open_shred_order",
            ),
        ]
