# SPDX-License-Identifier: Apache-2.0
"""The chain of deeds: one function writes it, in the transaction of the deed itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from nadzor.records.chain import GENESIS, Break, Link, breaks, entry_hash
from nadzor.records.models import AuditEntry


def record(verb: str, object: str, *, by: str, because: str, now: datetime, **facts: Any) -> str:
    """Write one deed and return its hash; must be called inside the deed's transaction.

    Units: `verb` is "source.subject.action"; `by` a user name or "house"; facts hold no personal data.
    Raises: RuntimeError outside a transaction: the deed and its record would not fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("audit.record belongs inside the transaction of the deed")
    last = AuditEntry.objects.select_for_update().order_by("-seq").first()
    link = Link(
        seq=last.seq + 1 if last else 1,
        at=now,
        verb=verb,
        object=object,
        by=by,
        because=because,
        facts=msgspec.to_builtins(facts, str_keys=True, order="deterministic"),
        prev=last.entry if last else GENESIS,
    )
    entry = entry_hash(link)
    AuditEntry(entry=entry, **msgspec.structs.asdict(link)).save(force_insert=True)
    return entry


def verify() -> list[Break]:
    """Every place where the stored chain fails; empty when it holds."""
    return breaks((link_of(row), row.entry) for row in AuditEntry.objects.order_by("seq").iterator(1000))


def entries(
    *, object: str | None = None, verb: str | None = None, before: int | None = None, limit: int = 100
) -> list[Link]:
    """Deeds, newest first, of one object or verb, before a sequence number."""
    rows = AuditEntry.objects.order_by("-seq")
    if object:
        rows = rows.filter(object=object)
    if verb:
        rows = rows.filter(verb=verb)
    if before:
        rows = rows.filter(seq__lt=before)
    return [link_of(row) for row in rows[: min(limit, 1000)]]


def head() -> tuple[int, str]:
    """The last sequence number and hash: what a witness would keep."""
    last = AuditEntry.objects.order_by("-seq").first()
    return (last.seq, last.entry) if last else (0, GENESIS)


def walk() -> Iterator[Link]:
    """All deeds, oldest first."""
    return (link_of(row) for row in AuditEntry.objects.order_by("seq").iterator(1000))


def link_of(row: AuditEntry) -> Link:
    """The struct of a row."""
    return Link(row.seq, row.at, row.verb, row.object, row.by, row.because, row.facts, row.prev)
