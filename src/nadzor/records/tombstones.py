# SPDX-License-Identifier: Apache-2.0
"""What was deleted leaves a stone: its kind, its name, a digest of what it was, by whom and why."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.records.models import Tombstone

ORDER: Final = "an order of two people"


class TombstoneCard(Struct, frozen=True, kw_only=True):
    """One stone; it says that there was something and when it went, never what it said."""

    kind: str
    object: str
    digest: str
    retention: str
    at: datetime
    by: str
    because: str


class Buried(Struct, frozen=True, kw_only=True):
    """What is put away: its kind, its name, the digest of what it was, the norm that lets it go (if one)."""

    kind: str
    object: str
    digest: str
    retention: str = ""


def bury(one: Buried, *, because: str, by: str, now: datetime) -> None:
    """Set a stone, in the transaction of the deletion itself.

    Raises: RuntimeError outside a transaction: the thing and its stone would not change places together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("bury belongs inside the transaction of the deletion")
    Tombstone(
        kind=one.kind, object=one.object[:200], digest=one.digest, retention=one.retention, at=now,
        by=by[:200], because=because[:500],
    ).save(force_insert=True)  # fmt: skip


def digest_of(**facts: Any) -> str:
    """The SHA-256 of what something was, in one spelling."""
    return hashlib.sha256(msgspec.json.encode(facts, order="deterministic", enc_hook=str)).hexdigest()


def stones(*, kind: str = "", object: str = "", limit: int = 100) -> tuple[TombstoneCard, ...]:
    """Stones, newest first, of one kind or of one thing."""
    named = {"kind": kind, "object": object}
    rows = Tombstone.objects.filter(**{name: text for name, text in named.items() if text})
    return tuple(map(_card, rows.order_by("-id")[: min(limit, 1000)]))


def _card(row: Tombstone) -> TombstoneCard:
    return TombstoneCard(
        kind=row.kind, object=row.object, digest=row.digest, retention=row.retention, at=row.at, by=row.by,
        because=row.because,
    )  # fmt: skip
