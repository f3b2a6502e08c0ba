# SPDX-License-Identifier: Apache-2.0
"""Steps of the log of deeds and readings, and the rows that each took in, in the order of the leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.receipts.audit_leaf import AuditRow, Kind
from nadzor.receipts.tree import EMPTY_ROOT
from nadzor.records.audit import link_of
from nadzor.records.chain import Link, entry_text
from nadzor.records.models import AuditEntry, AuditSeal, ReadEntry
from nadzor.records.reads import text_of
from nadzor_wire.base64text import b64


class SealCard(Struct, frozen=True, kw_only=True):
    """One step: the rows it took in (`last` below `first`: none) and the tree after it."""

    id: int
    at: datetime
    first_deed: int
    last_deed: int
    first_read: int
    last_read: int
    size: int
    root: str
    checkpoint: str


NOTHING: Final = SealCard(
    id=0, at=datetime.min.replace(tzinfo=UTC), first_deed=1, last_deed=0, first_read=1, last_read=0, size=0,
    root=b64(EMPTY_ROOT), checkpoint="",
)  # fmt: skip


def last_seal() -> SealCard:
    """The newest step, or the empty tree."""
    row = AuditSeal.objects.order_by("-id").first()
    return _card(row) if row else NOTHING


def seals() -> Iterator[SealCard]:
    """All steps, oldest first."""
    return map(_card, AuditSeal.objects.order_by("id").iterator(500))


def seal_at(size: int) -> SealCard | None:
    """The step after which the tree had a size."""
    row = AuditSeal.objects.filter(size=size).first()
    return _card(row) if row else None


def placed(kind: Kind, numbers: Sequence[int]) -> Iterator[tuple[int, AuditRow]]:
    """Rows of one kind with their places in the tree, those that are sealed; `numbers` rise."""
    card, row_at = None, dict[int, tuple[int, AuditRow]]()
    for n in numbers:
        if card is None or not _covers(card, kind, n):
            card = _seal_of(kind, n)
            row_at = _places(card, kind) if card else {}
        if n in row_at:
            yield row_at[n]


def _places(card: SealCard, kind: Kind) -> dict[int, tuple[int, AuditRow]]:
    rows = list(rows_of(card))
    first = card.size - len(rows)
    return {row.n: (first + at, row) for at, row in enumerate(rows) if row.kind == kind}


def _covers(card: SealCard, kind: Kind, n: int) -> bool:
    span = (card.first_deed, card.last_deed) if kind == "deed" else (card.first_read, card.last_read)
    return span[0] <= n <= span[1]


def _seal_of(kind: Kind, n: int) -> SealCard | None:
    bounds = {f"first_{kind}__lte": n, f"last_{kind}__gte": n}
    row = AuditSeal.objects.filter(**bounds).order_by("id").first()
    return _card(row) if row else None


@transaction.atomic
def keep_seal(card: SealCard) -> None:
    """Write one step."""
    told = {name: getattr(card, name) for name in card.__struct_fields__ if name != "id"}
    AuditSeal(**told).save(force_insert=True)


def new_deeds(after: int, limit: int) -> list[tuple[Link, str]]:
    """Deeds after a sequence number, with their stored hashes."""
    rows = AuditEntry.objects.filter(seq__gt=after).order_by("seq")[:limit]
    return [(link_of(row), row.entry) for row in rows]


def hash_at(seq: int) -> str | None:
    """The stored hash of one deed."""
    found: str | None = AuditEntry.objects.filter(seq=seq).values_list("entry", flat=True).first()
    return found


def new_reads(after: int, limit: int) -> list[AuditRow]:
    """Readings after an id."""
    return [read_row(row) for row in ReadEntry.objects.filter(pk__gt=after).order_by("pk")[:limit]]


def rows_of(card: SealCard) -> Iterator[AuditRow]:
    """What one step took in, in the order of its leaves: deeds by number, then readings by id."""
    deeds = AuditEntry.objects.filter(seq__range=(card.first_deed, card.last_deed)).order_by("seq")
    reads = ReadEntry.objects.filter(pk__range=(card.first_read, card.last_read)).order_by("pk")
    return chain((deed_row(link_of(row)) for row in deeds), map(read_row, reads))


def waiting() -> int:
    """Rows that no step has taken in yet."""
    last = last_seal()
    deeds = AuditEntry.objects.filter(seq__gt=last.last_deed).count()
    return int(deeds + ReadEntry.objects.filter(pk__gt=last.last_read).count())


def oldest_waiting(now: datetime) -> float | None:
    """Seconds since the oldest row that no step has taken in; 0 when none waits, None in an empty house."""
    last = last_seal()
    deed = (
        AuditEntry.objects.filter(seq__gt=last.last_deed).order_by("seq").values_list("at", flat=True).first()
    )
    read = ReadEntry.objects.filter(pk__gt=last.last_read).order_by("pk").values_list("at", flat=True).first()
    waits = [at for at in (deed, read) if at is not None]
    if waits:
        return max((now - min(waits)).total_seconds(), 0.0)
    return 0.0 if last.size else None


def deed_row(link: Link) -> AuditRow:
    """A deed as a leaf's row."""
    return AuditRow("deed", link.seq, entry_text(link).decode())


def read_row(row: ReadEntry) -> AuditRow:
    """A reading as a leaf's row."""
    return AuditRow("read", row.pk, text_of(row))


def _card(row: AuditSeal) -> SealCard:
    return SealCard(
        **{name: getattr(row, name) for name in SealCard.__struct_fields__ if name != "id"}, id=row.pk
    )
