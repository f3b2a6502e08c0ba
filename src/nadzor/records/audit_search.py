# SPDX-License-Identifier: Apache-2.0
"""Deeds found by who, what, whose and when; newest first, a page at a time."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from msgspec import Struct

from nadzor.records.audit import link_of
from nadzor.records.chain import Link
from nadzor.records.models import AuditEntry

LIMIT_MAX = 1000


class SoughtDeeds(Struct, frozen=True, kw_only=True):
    """What a search of deeds asks for; empty fields ask for nothing.

    `people`: done by any of these; `without`: by none of these; `verb` and `object` by their beginnings.
    """

    people: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    verb: str = ""
    object: str = ""
    device: str = ""
    since: datetime | None = None
    until: datetime | None = None


def find_deeds(sought: SoughtDeeds, *, before: int | None = None, limit: int = 100) -> list[Link]:
    """Deeds, newest first, before a sequence number."""
    rows = _sought(sought).order_by("-seq")
    if before:
        rows = rows.filter(seq__lt=before)
    return [link_of(row) for row in rows[: min(limit, LIMIT_MAX)]]


def count_deeds(sought: SoughtDeeds) -> int:
    """How many there are."""
    return int(_sought(sought).count())


def _sought(sought: SoughtDeeds) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.exclude(by__in=sought.without) if sought.without else AuditEntry.objects.all()
    if sought.people is not None:
        rows = rows.filter(by__in=sought.people)
    begins = {"verb__startswith": sought.verb, "object__startswith": sought.object}
    rows = rows.filter(**{name: text for name, text in begins.items() if text})
    if sought.device:
        rows = rows.filter(Q(object__contains=sought.device) | Q(facts__device=sought.device))
    if sought.since:
        rows = rows.filter(at__gte=sought.since)
    return rows.filter(at__lt=sought.until) if sought.until else rows
