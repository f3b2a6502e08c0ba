# SPDX-License-Identifier: Apache-2.0
"""What the register's routes say and hear: editions, changes, an entry as it stood, the mirror."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from ninja import Field, Schema

from nadzor.api.words import Both, Day, Moment
from nadzor.base.problems import Text
from nadzor.register.mirror import MirrorCard
from nadzor.register.revision_cards import Change, ChangesPage, Difference, Entry, RevisionCard

Whole = dict[str, Any]


class AsOfIn(Schema):
    """Two times: what held on a day, as it was known at a moment."""

    valid_on: Day | None = Field(None, description="the day asked about; today when absent")
    known_at: Moment | None = Field(None, description="as known at this moment; now when absent")


class ChangesIn(Schema):
    """A follower's question."""

    after: int = Field(0, ge=0, description="cursor: `next` of the page before")
    limit: int = Field(100, ge=1, le=500)


class PartyOut(Schema):
    """A maker or representative, as the entry named it."""

    code: str
    name: Both
    country: str
    inn: str


class EntryVersionOut(Schema):
    """A software version, as the entry named it."""

    version: str
    released_on: date
    registered_on: date | None
    builds: list[str]


class EntryOut(Schema):
    """All that an entry said; claims and scales as in the register file."""

    code: str
    number: str
    name: Both
    registered_on: date
    risk_class: str
    ai: bool
    transmits: bool
    intended_use: Both
    field: str
    solution_type: str
    modality: str
    status: str
    maker: PartyOut
    representative: PartyOut | None
    versions: list[EntryVersionOut]
    claims: list[Whole]
    scales: list[Whole]


class ChangeOut(Schema):
    """One edition: since when it holds, since when it is known, what caused it, and the whole entry."""

    cursor: int
    device: str
    edition: int
    valid_from: date
    known_at: datetime
    cause: str
    filing: str
    fields: list[str]
    digest: str
    entry: EntryOut


class ChangesOut(Schema):
    """A page of changes; `next` is the cursor of the next question, also when nothing more is there yet."""

    items: list[ChangeOut]
    next: int
    more: bool
    as_of: datetime


class DifferenceOut(Schema):
    """One field said differently."""

    key: str
    label: Both
    before: Both | None
    after: Both | None


class EditionOut(ChangeOut):
    """An edition with what it changed, in words."""

    changed: list[DifferenceOut]


class MirrorOut(Schema):
    """An entry beside the official register, as of its last good reading.

    `state` is never, no_number, same, differs or absent; `failing_since` says since when nothing could be
    checked: while it is set, `state` is older than `read_at` suggests it should be.
    """

    state: str
    read_at: datetime | None
    failing_since: datetime | None
    source: str
    differences: list[DifferenceOut]


def entry(found: Entry) -> EntryOut:
    """An entry in the API's words."""
    return EntryOut.model_validate(msgspec.to_builtins(found))


def change(found: Change | RevisionCard) -> ChangeOut:
    """An edition in the API's words."""
    return ChangeOut(**_edition(found))


def changes(found: ChangesPage) -> ChangesOut:
    """A page of changes in the API's words."""
    return ChangesOut(
        items=[change(one) for one in found.items], next=found.next, more=found.more, as_of=found.as_of
    )


def edition(found: RevisionCard) -> EditionOut:
    """An edition of one entry in the API's words."""
    return EditionOut(**_edition(found), changed=[difference(one) for one in found.changed])


def difference(found: Difference) -> DifferenceOut:
    """A difference in the API's words."""
    return DifferenceOut(
        key=found.key, label=_both(found.label), before=_maybe(found.before), after=_maybe(found.after)
    )


def mirror(found: MirrorCard) -> MirrorOut:
    """The official register beside an entry, in the API's words."""
    return MirrorOut(
        state=found.state,
        read_at=found.reading.read_at,
        failing_since=found.reading.failing_since,
        source=found.reading.source,
        differences=[difference(one) for one in found.differences],
    )


def _edition(found: Change | RevisionCard) -> Whole:
    return {
        "cursor": found.id,
        "device": found.device,
        "edition": found.number,
        "valid_from": found.valid_from,
        "known_at": found.known_at,
        "cause": found.cause,
        "filing": found.filing,
        "fields": list(found.fields),
        "digest": found.digest,
        "entry": entry(found.entry),
    }


def _both(text: Text) -> Both:
    return Both(ru=text.ru, en=text.en)


def _maybe(text: Text | None) -> Both | None:
    return _both(text) if text else None
