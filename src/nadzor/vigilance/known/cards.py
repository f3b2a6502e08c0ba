# SPDX-License-Identifier: Apache-2.0
"""Things as they were known at a moment, as frozen structs."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.procedures.run import Run
from nadzor.register.filing_cards import (
    BreachCard,
    EvidenceCard,
    LetterCard,
    PaperCard,
    SealCard,
    StepCard,
    SubmissionCard,
)
from nadzor.register.revision_cards import Entry
from nadzor.vigilance import cards
from nadzor.vigilance.case_cards import GroundCard, PackCard, RecomputationCard
from nadzor.vigilance.event_cards import DocumentCard
from nadzor.vigilance.event_cards import StepCard as EventStep


class KnownThing(Struct, frozen=True, kw_only=True):
    """One signal, event, case or warning in a list: what it was called, since when known, its state then."""

    kind: str
    ref: str
    known_since: datetime
    state: str
    title: Text | None = None


class KnownSignal(Struct, frozen=True, kw_only=True):
    """A signal as it stood: its state, the evidence it had, the moves that had been made."""

    id: int
    device: str
    detector: str
    kind: str
    raised_at: datetime
    state: str
    evidence: tuple[cards.EvidenceCard, ...]
    moves: tuple[cards.MoveCard, ...]
    later: int  # pieces of evidence and moves that came since


class KnownEvent(Struct, frozen=True, kw_only=True):
    """An adverse event as it stood; `gravity` is what its clock was set by, empty before the maker knew."""

    number: str
    device: str
    received_at: datetime
    state: str
    gravity: str
    documents: tuple[DocumentCard, ...]
    steps: tuple[EventStep, ...]
    runs: tuple[Run, ...]
    later: int


class KnownCase(Struct, frozen=True, kw_only=True):
    """A case, or any filing, as it stood: its state, its clocks as they ran, all that lay in the file."""

    number: str
    procedure: str
    title: Text
    device: str
    opened_at: datetime
    state: str
    steps: tuple[StepCard, ...]
    runs: tuple[Run, ...]
    grounds: tuple[GroundCard, ...]
    packs: tuple[PackCard, ...]
    recomputations: tuple[RecomputationCard, ...]
    papers: tuple[PaperCard, ...]
    evidence: tuple[EvidenceCard, ...]
    letters: tuple[LetterCard, ...]
    breaches: tuple[BreachCard, ...]
    submissions: tuple[SubmissionCard, ...]
    seals: tuple[SealCard, ...]
    later: int


class KnownFigures(Struct, frozen=True, kw_only=True):
    """What the rollup knew of a device's last 90 days by then; `digest` is of the rows of studies."""

    first: date
    last: date
    studies: int
    failed: int
    reviews: int
    labels: int
    digest: str


class KnownDevice(Struct, frozen=True, kw_only=True):
    """A device as it stood: its entry, its figures, and the matters that were open or known by then."""

    code: str
    entry: Entry | None
    editions: int
    figures: KnownFigures | None
    things: tuple[KnownThing, ...]


class KnownEntry(Struct, frozen=True, kw_only=True):
    """One line of the register as it was known."""

    code: str
    number: str
    name: Text
    status: str
    valid_from: date
    known_at: datetime


class KnownRegister(Struct, frozen=True, kw_only=True):
    """The whole register as it was known, by code, with the number of entries in each state."""

    entries: tuple[KnownEntry, ...]
    by_status: dict[str, int]
    last_change: int
