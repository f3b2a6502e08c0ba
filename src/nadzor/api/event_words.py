# SPDX-License-Identifier: Apache-2.0
"""What the routes of adverse events hear and say; the rest are the structs of the rooms below."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, structs

from nadzor.actions.event_told import Told
from nadzor.api.filing_words import Code, Moment, Prose
from nadzor.api.law_words import Strict
from nadzor.vigilance.duplicates import LikelyCard
from nadzor.vigilance.event_cards import AlertCard, EventRow

ID_MAX: Final = 2**63 - 1
KIND = Literal["report", "follow_up", "corrective_action", "safety_notice", "answer"]
FILE = Literal["json", "csv", "xlsx", "fhir", "fhir-ndjson", "mir"]
Told_ = Annotated[str, Meta(max_length=300)]
Words = Annotated[str, Meta(max_length=20_000)]


class EventsIn(Strict, frozen=True, kw_only=True):
    """Which events are wanted; `state` is a state, open or closed; `code` also stands for narrower ones."""

    state: Code | None = None
    device: Code | None = None
    version: Code | None = None
    seriousness: Code | None = None
    way: Code | None = None
    code: Code | None = None
    late: bool = False
    held: bool = False
    unplaced: bool = False
    received_since: date | None = None
    changed_since: Moment | None = None
    after: Annotated[int, Meta(ge=1, le=ID_MAX)] | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class EventsOut(Struct, frozen=True, kw_only=True):
    """A page of events, newest first.  `next` is the cursor; `as_of` the next call's `changed_since`."""

    items: tuple[EventRow, ...]
    next: int | None
    by_state: dict[str, int]
    as_of: datetime


class TellIn(Strict, frozen=True, kw_only=True):
    """An event as it is told: some core, and whatever else is known.

    `source_id` is the teller's own number: told again under it, it is the same event.  A maker may send its
    initial `report` at once; everybody else sends a `message`.
    """

    device: Code = ""
    device_told: Told_ = ""
    version: Code = ""
    installation: Code = ""
    event_on: date | None = None
    aware_on: date | None = None
    event_type: Code = ""
    problems: tuple[Code, ...] = ()
    effects: tuple[Code, ...] = ()
    causes: tuple[Code, ...] = ()
    narrative: Words = ""
    study: Code = ""
    form: Literal["message", "report"] = "message"
    source_id: Annotated[str, Meta(max_length=60)] = ""


class DocumentIn(Strict, frozen=True, kw_only=True):
    """A document about an event: the fields of its form, and free text.

    Of the fields event_type, version, event_on, aware_on, problems, effects and causes reach the core;
    `known_on` is the day a new fact became known.
    """

    kind: KIND
    fields: dict[Code, Any] = {}
    narrative: Words = ""


class DocumentOut(Struct, frozen=True, kw_only=True):
    """A document as it was kept: its number, its digest, whether its text is held for redaction."""

    number: str
    state: str
    kind: str
    id: int
    digest: str
    held: bool


class EventMoveIn(Strict, frozen=True, kw_only=True):
    """A move of an event, its grounds, and in `added` what the move asks for.

    Asking takes a `question`, closing an `outcome`, marking as a duplicate the `leading_event`, linking the
    `device_code`.  Documents are sent to their own address.
    """

    verb: Code
    because: Prose = ""
    added: dict[Code, Prose] = {}


class EventMoved(Struct, frozen=True):
    """The state a move led to."""

    number: str
    verb: str
    state: str


class LedgerIn(Strict, frozen=True, kw_only=True):
    """Which events are counted: of a device, by a way, received since a day."""

    device: Code = ""
    way: Code = ""
    since: date | None = None


class TakeIn(LedgerIn, frozen=True, kw_only=True):
    """Which events are taken away as a file; `state` is a state, open or closed."""

    number: Code = ""
    state: Code = ""


class PairsIn(Strict, frozen=True, kw_only=True):
    """Which pairs are wanted: those of one event, and also those that were judged."""

    number: Code = ""
    waiting: bool = True
    limit: Annotated[int, Meta(ge=1, le=200)] = 200


class PairsOut(Struct, frozen=True):
    """Pairs of events that may be one, the likeliest first."""

    items: tuple[LikelyCard, ...]


class JudgeIn(Strict, frozen=True, kw_only=True):
    """What a person says of a pair, and why."""

    first: Code
    second: Code
    verdict: Literal["same", "different"]
    because: Prose


class Judged(Struct, frozen=True):
    """The event that leads; empty for two different events."""

    leading: str


class AlertsOut(Struct, frozen=True):
    """Alerts nobody has acknowledged, oldest first."""

    items: tuple[AlertCard, ...]


class Acknowledged(Struct, frozen=True):
    """The event whose alert was acknowledged."""

    event: str


class DutyIn(Strict, frozen=True, kw_only=True):
    """Who is on duty on a day; without a name the day is the head's again."""

    day: date
    username: Annotated[str, Meta(max_length=150)] = ""


class NarrativeOut(Struct, frozen=True):
    """The text of a held narrative."""

    document: int
    text: str


class ReleaseIn(Strict, frozen=True, kw_only=True):
    """What may stand in a held narrative's place."""

    text: Words


class Released(Struct, frozen=True):
    """A narrative that was released."""

    document: int


class ImportIn(Strict, frozen=True, kw_only=True):
    """Whose numbers a file holds (parts senders who number alike) and what it is called."""

    source: Annotated[str, Meta(max_length=16)] = ""
    name: Annotated[str, Meta(max_length=120)] = "events"


def told_of(given: TellIn) -> Told:
    """What was told, as the deed wants it."""
    return Told(**{name: told for name, told in structs.asdict(given).items() if name not in _HOW})


_HOW: Final = ("form", "source_id")
