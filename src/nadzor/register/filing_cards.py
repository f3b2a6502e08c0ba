# SPDX-License-Identifier: Apache-2.0
"""What is said of filings, as frozen structs: the only shape in which they leave this room."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.people.queries import OrganisationCard
from nadzor.procedures.clocks import Run
from nadzor.procedures.moves import Move


class FilingRow(Struct, frozen=True, kw_only=True):
    """One filing as a list shows it.  `next_due` is the earliest open last day, `whose` who must act by it.

    Units: `days_left` counts the term's own days, below nothing once it is over.
    """

    number: str
    procedure: str
    state: str
    stage: str
    title: Text
    device: str
    maker: OrganisationCard
    applicant: OrganisationCard | None
    expert: OrganisationCard | None
    channel: str
    external_number: str
    filed_on: date | None
    opened_by: str
    opened_at: datetime
    changed_at: datetime
    open: bool
    next_due: date | None
    next_clock: str
    whose: str
    days_left: int | None
    late: bool


class StepCard(Struct, frozen=True, kw_only=True):
    """One move that was made."""

    at: datetime
    on: date
    verb: str
    start: str
    to: str
    by: str
    role: str
    organisation: str
    because: str
    facts: dict[str, Any]


class PaperCard(Struct, frozen=True, kw_only=True):
    """One edition of one paper; `current` is the newest of its kind."""

    kind: str
    edition: int
    digest: str
    name: str
    media_type: str
    size: int
    at: datetime
    by: str
    scan: str
    current: bool


class EvidenceCard(Struct, frozen=True, kw_only=True):
    """A dated record of a trial, an inspection, an expertise or a court's act."""

    kind: str
    body: str
    number: str
    day: date
    valid_until: date | None
    outcome: str
    text: str
    digest: str
    at: datetime
    by: str
    role: str


class LetterCard(Struct, frozen=True, kw_only=True):
    """A letter as it was sent; `cites` are the norm keys it rests on."""

    id: int
    at: datetime
    kind: str
    to: str
    title: Text
    text: Text
    cites: tuple[str, ...]


class BreachCard(Struct, frozen=True, kw_only=True):
    """A limit that passed unmet."""

    clock: str
    started: date
    due: date
    seen_at: datetime
    responsible: str


class SubmissionCard(Struct, frozen=True, kw_only=True):
    """What was handed in at one moment, whole."""

    at: datetime
    by: str
    form: dict[str, Any]
    papers: tuple[dict[str, Any], ...]
    digest: str


class SealCard(Struct, frozen=True, kw_only=True):
    """A signature or stamp and whether the law calls it qualified."""

    what: str
    digest: str
    signer: str
    suite: str
    stamped: bool
    qualified: bool
    at: datetime


class Flag(Struct, frozen=True, kw_only=True):
    """Something a person should know before moving the filing; it bars nothing by itself."""

    code: str
    text: Text
    filings: tuple[str, ...] = ()


class FilingCard(Struct, frozen=True, kw_only=True):
    """One filing whole: what was handed in, what was done, what runs, what was written."""

    row: FilingRow
    form: dict[str, Any]
    steps: tuple[StepCard, ...]
    runs: tuple[Run, ...]
    papers: tuple[PaperCard, ...]
    evidence: tuple[EvidenceCard, ...]
    letters: tuple[LetterCard, ...]
    breaches: tuple[BreachCard, ...]
    submissions: tuple[SubmissionCard, ...]
    seals: tuple[SealCard, ...]
    previous: str
    resubmissions: tuple[str, ...]
    base_revision: int | None
    flags: tuple[Flag, ...]
    may_edit: bool


class OpenMove(Struct, frozen=True, kw_only=True):
    """A move the person's role may take from here; `refused` says why it would be refused today.

    `asks` must be told with the move; `may_add` may: expert, register_number, confirm_defects, confirm_base.
    """

    move: Move
    words: Text
    because_needed: bool
    asks: tuple[str, ...]
    may_add: tuple[str, ...]
    delegated: bool
    refused: str | None = None
    why: Text | None = None


class FilingPage(Struct, frozen=True, kw_only=True):
    """One page of filings; `next` is the cursor, `by_stage` counts all that match before paging."""

    rows: tuple[FilingRow, ...]
    next: str | None
    by_stage: dict[str, int]


class DeadlineRow(Struct, frozen=True, kw_only=True):
    """One last day in the calendar; `index` is the clock's place on its filing's card.

    `kind` says what `filing` is the number of: a filing, or an affair of a room above this one.
    """

    day: date
    filing: str
    title: Text
    clock: str
    index: int
    started: date
    whose: str
    state: str
    kind: str = "filing"


class TaskRow(Struct, frozen=True, kw_only=True):
    """Something that waits for a person; `name` and `args` are the parts of its address."""

    kind: str
    title: Text
    name: str
    args: tuple[str, ...]
    due: date | None
    state: str


class OpinionCard(Struct, frozen=True, kw_only=True):
    """One determination as it was stored."""

    number: str
    product: str
    author: str
    organisation: str
    at: datetime
    verdict: str
    answers: Any
    result: Any
    digest: str


class DelegationCard(Struct, frozen=True, kw_only=True):
    """The head's power to decide, given for some days; `valid_until` is exclusive."""

    id: int
    to: str
    procedures: tuple[str, ...]
    valid_from: date
    valid_until: date
    order: str
    given_by: str
    given_at: datetime
    ended_at: datetime | None


class InterestCard(Struct, frozen=True, kw_only=True):
    """A conflict of interest."""

    id: int
    username: str
    organisation: str
    why: str
    declared_by: str
    declared_at: datetime
    ended_at: datetime | None
