# SPDX-License-Identifier: Apache-2.0
"""The register's memory: what an entry says, said, and was known to say.

Two times are kept apart: since when something holds (`valid_from`), and since when it is known here
(`known_at`).  A court's late word changes the first without pretending that it was known before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

import msgspec

from nadzor.people.queries import OrganisationCard, organisation
from nadzor.register import queries
from nadzor.register.editions import Edition, flat, holds, unfold
from nadzor.register.entry_words import differences as worded
from nadzor.register.models import Device, Revision
from nadzor.register.revision_cards import (
    Change,
    ChangesPage,
    Difference,
    EditionDates,
    Entry,
    Party,
    RevisionCard,
)
from nadzor.register.rows import ClaimRow, Name, Prose, ScaleRow, VersionRow

PAGE_MAX: Final = 500  # bounds one answer; the cursor fetches the rest


def current(code: str) -> Entry:
    """What the register says of a device now, all of it.

    Raises: Refusal register.device-unknown.
    """
    card = queries.device(code)
    shared = {name: getattr(card, name) for name in Entry.__struct_fields__ if hasattr(card, name)}
    represented_by = card.maker.represented_by
    parts: dict[str, Any] = {
        "name": Name(ru=card.name_ru, en=card.name_en),
        "intended_use": Prose(ru=card.intended_use_ru, en=card.intended_use_en),
        "maker": _party(card.maker),
        "representative": _party(organisation(represented_by)) if represented_by else None,
        "versions": _versions(code),
        "claims": _claims(code),
        "scales": _scales(code),
    }
    return Entry(**{**shared, **parts})


def history(code: str) -> tuple[RevisionCard, ...]:
    """Every edition of an entry in the order in which they became known, each with what it changed.

    Raises: Refusal register.device-unknown.
    """
    queries.device(code)
    cards: list[RevisionCard] = []
    known: list[Edition] = []
    for row in _rows(code):
        edition = _edition(row)
        before = holds(known, edition.valid_from)
        cards.append(_card(row, edition, worded(before.flat if before else {}, edition.flat)))
        known.append(edition)
    return tuple(cards)


def as_of(code: str, *, valid_on: date, known_at: datetime | None = None) -> Entry | None:
    """What held on a day as it was known at a moment (as known now when none is given); None: nothing did.

    Raises: Refusal register.device-unknown.
    """
    queries.device(code)
    rows = [row for row in _rows(code) if known_at is None or row.known_at <= known_at]
    held = holds([_edition(row) for row in rows], valid_on)
    return unfold(held.flat) if held else None


def editions(code: str) -> list[Edition]:
    """The editions of an entry for those who write the next one, as written."""
    return [_edition(row) for row in _rows(code)]


def differences(before: Entry | None, after: Entry) -> tuple[Difference, ...]:
    """The fields that two entries say differently, in words."""
    return worded(flat(before) if before else {}, flat(after))


def last_number(code: str) -> int:
    """The number of an entry's newest edition; 0 when it has none."""
    return max((row.number for row in _rows(code)), default=0)


def touched_since(code: str, number: int) -> frozenset[str]:
    """The fields that newer editions changed: what a draft written before may not overwrite unseen."""
    rows = Revision.objects.filter(device__code=code, number__gt=number)
    return frozenset(key for row in rows for key in row.content["news"])


def changes(after: int = 0, *, limit: int = 100, now: datetime) -> ChangesPage:
    """Editions of all entries after a cursor, oldest first; following `next` misses none and repeats none.

    Why: the cursor is the edition's own id, which SQLite gives out under its single write lock, so that ids
    become visible in their order.  PostgreSQL gives ids before the commit: there the writer would have to
    hold an advisory lock from the insert to the commit, or a reader stop before the oldest open transaction.
    """
    limit = min(limit, PAGE_MAX)
    rows = list(Revision.objects.filter(id__gt=after).select_related("device", "filing")[: limit + 1])
    shown = rows[:limit]
    return ChangesPage(
        items=tuple(_change(row) for row in shown),
        next=shown[-1].id if shown else after,
        more=len(rows) > limit,
        as_of=now,
    )


def walk_changes(after: int = 0) -> Iterator[Change]:
    """Every edition after a cursor, read a few at a time."""
    rows = Revision.objects.filter(id__gt=after).select_related("device", "filing")
    return (_change(row) for row in rows.iterator(200))


def standing(*, valid_on: date, known_at: datetime | None = None) -> Iterator[Change]:
    """Every entry as it stood on a day (and was known at a moment), by code, read a few at a time."""
    rows = Revision.objects.select_related("device", "filing").order_by("device__code", "number")
    if known_at is not None:
        rows = rows.filter(known_at__lte=known_at)
    for _, written in groupby(rows.iterator(200), key=lambda row: row.device.code):
        begun = [row for row in written if row.valid_from <= valid_on]
        if begun:
            yield _change(max(begun, key=lambda row: (row.valid_from, row.number)))


def dates(code: str = "") -> Iterator[EditionDates]:
    """When each edition of one entry, or of all, became known and began to hold; read a few at a time."""
    rows = Revision.objects.filter(**({"device__code": code} if code else {})).order_by("id")
    for device, number, known_at, valid_from in rows.values_list(
        "device__code", "number", "known_at", "valid_from"
    ).iterator(2000):
        yield EditionDates(device=device, number=number, known_at=known_at, valid_from=valid_from)


def last_change() -> int:
    """The cursor of the newest edition; 0 for an empty register."""
    newest = Revision.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def without_editions() -> list[str]:
    """Devices entered before the register had a memory; a draft has no editions."""
    return list(Device.objects.filter(revisions=None).exclude(status="draft").values_list("code", flat=True))


def entry_of(content: dict[str, Any]) -> Entry:
    """The entry in an edition's content."""
    return msgspec.convert(content["entry"], Entry)


def _rows(code: str) -> list[Revision]:
    return list(
        Revision.objects.filter(device__code=code).select_related("device", "filing").order_by("number")
    )


def _edition(row: Revision) -> Edition:
    content = row.content
    return Edition(
        row.valid_from, flat(entry_of(content)), frozenset(content["sets"]), frozenset(content["news"])
    )


def _card(row: Revision, edition: Edition, changed: tuple[Difference, ...]) -> RevisionCard:
    shared = {name: getattr(_change(row), name) for name in Change.__struct_fields__}
    return RevisionCard(**shared, changed=changed)


def _change(row: Revision) -> Change:
    return Change(
        id=row.id,
        device=row.device.code,
        number=row.number,
        valid_from=row.valid_from,
        known_at=row.known_at,
        cause=row.cause,
        filing=row.filing.number if row.filing else "",
        fields=tuple(row.content["news"]),
        entry=entry_of(row.content),
        digest=row.digest,
    )


def _party(card: OrganisationCard | None) -> Party | None:
    if card is None:
        return None
    return Party(card.code, Name(ru=card.name_ru, en=card.name_en), card.country, card.inn)


def _versions(code: str) -> tuple[VersionRow, ...]:
    return tuple(
        VersionRow(
            version=card.version,
            released_on=card.released_on,
            registered_on=card.registered_on,
            builds=card.builds,
        )
        for card in queries.versions(code)
    )


def _claims(code: str) -> tuple[ClaimRow, ...]:
    return tuple(
        ClaimRow(
            finding=card.finding,
            label=Name(ru=card.label_ru, en=card.label_en),
            metric=card.metric,  # type: ignore[arg-type]
            value=card.value,
            lower_bound=card.lower_bound,
            threshold=card.threshold,
        )
        for card in queries.claims(code)
    )


def _scales(code: str) -> tuple[ScaleRow, ...]:
    return tuple(
        ScaleRow(finding=card.finding, low=card.low, high=card.high, edges=card.edges)
        for card in queries.scales(code)
    )
