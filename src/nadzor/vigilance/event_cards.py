# SPDX-License-Identifier: Apache-2.0
"""What is shown of adverse events, as frozen structs.

A maker's row has no site, installation or study, and nobody's document has a narrative that is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.procedures.moves import Move
from nadzor.procedures.run import Run


class CodeOf(Struct, frozen=True):
    """A code of the terminology and the edition it was taken from; no edition: nobody knows which."""

    code: str
    edition: str


class EventRow(Struct, frozen=True, kw_only=True):
    """The coded core of one event.  `due` is its next open clock; `held` whether a narrative waits."""

    number: str
    way: str
    device: str
    device_told: str
    version: str
    installation: str
    site: str
    study: str
    event_on: date | None
    aware_on: date | None
    received_on: date | None
    received_at: datetime
    event_type: str
    seriousness: str
    decided_by: str
    problems: tuple[CodeOf, ...]
    effects: tuple[CodeOf, ...]
    causes: tuple[CodeOf, ...]
    state: str
    reporter_role: str
    reporter_organisation: str
    quality: float
    doubts: tuple[str, ...]
    leading: str
    held: bool
    due: Run | None
    changed_at: datetime


class DocumentCard(Struct, frozen=True, kw_only=True):
    """One form as it was sent.  `held_kind` says which kind of personal detail holds the narrative."""

    id: int
    kind: str
    form: str
    at: datetime
    on: date
    role: str
    organisation: str
    fields: Mapping[str, Any]
    digest: str
    narrative: str
    held: bool
    held_kind: str
    released_at: datetime | None


class StepCard(Struct, frozen=True, kw_only=True):
    """One move: `at` when it was made, `on` the day that moves clocks."""

    at: datetime
    on: date
    verb: str
    start: str
    to: str
    by: str
    role: str
    because: str
    added: Mapping[str, Any]


class AlertCard(Struct, frozen=True, kw_only=True):
    """A death or a threat that was told at once, and whether somebody has acknowledged it."""

    id: int
    event: str
    device: str
    kind: str
    raised_at: datetime
    duty: str
    acknowledged_at: datetime | None
    acknowledged_by: str
    escalated_at: datetime | None


class MissedCard(Struct, frozen=True):
    """A limit that passed unmet, as it was noted."""

    subject: str
    device: str
    clock: str
    started: date
    due: date
    responsible: str
    seen_at: datetime


class EventCard(Struct, frozen=True, kw_only=True):
    """One event whole; `moves` are the buttons of whoever asks, `broken` the limits over and still open."""

    row: EventRow
    documents: tuple[DocumentCard, ...]
    steps: tuple[StepCard, ...]
    runs: tuple[Run, ...]
    broken: tuple[Run, ...]
    missed: tuple[MissedCard, ...]
    moves: tuple[Move, ...]
    alerts: tuple[AlertCard, ...]
    led: tuple[str, ...]


class EventPage(Struct, frozen=True):
    """A page of events, the cursor of the next one (an id), and how many stand in each state."""

    rows: tuple[EventRow, ...]
    next: int | None
    by_state: Mapping[str, int]


class FollowStep(Struct, frozen=True):
    """Something that happened to a report, as its reporter may know it."""

    on: date
    said: Text


class FollowCard(Struct, frozen=True, kw_only=True):
    """What became of a report, for whoever sent it: a state in plain words, its days, how it ended."""

    number: str
    device: str
    received_on: date | None
    state: str
    said: Text
    is_over: bool
    outcome: str
    steps: tuple[FollowStep, ...]
