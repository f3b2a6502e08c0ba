# SPDX-License-Identifier: Apache-2.0
"""Rows of filings become structs; the clocks are computed here, purely, from the steps at hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from nadzor.base.problems import Text
from nadzor.people.queries import OrganisationCard, Person, card
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import Run, breaches, next_due, runs
from nadzor.procedures.steps import Step
from nadzor.register.filing_cards import (
    BreachCard,
    EvidenceCard,
    FilingRow,
    LetterCard,
    PaperCard,
    SealCard,
    StepCard,
    SubmissionCard,
)
from nadzor.register.filing_permissions import Whose, may_read_letter, may_read_words
from nadzor.register.filing_words import CLOSED, stage_of
from nadzor.register.models import Breach, Evidence, Filing, FilingStep, Letter, Paper, Seal, Submission

HOUSE: Final = "house"  # the channel of cases the regulator opened


def steps_of(row: Filing) -> tuple[Step, ...]:
    """The moves of a filing as the clocks read them; prefetched rows cost no query."""
    return tuple(
        Step(step.verb, step.start, step.to, step.on, step.role, step.because) for step in row.steps.all()
    )


def runs_of(row: Filing, today: date) -> tuple[Run, ...]:
    """Every clock of a filing, as it stands on a day."""
    return runs(PROCEDURES[row.procedure], steps_of(row), today=today, filed=row.filed_on)


def is_open(row: Filing) -> bool:
    """Whether it waits for somebody."""
    return row.state not in PROCEDURES[row.procedure].closed


def whose(row: Filing) -> Whose:
    """What permissions ask of it."""
    return Whose(
        procedure=row.procedure,
        maker=row.maker.code,
        applicant=row.applicant.code if row.applicant else "",
        expert=row.expert.code if row.expert else "",
        filed=row.filed_on is not None,
        house=row.channel == HOUSE,
    )


def filing_row(row: Filing, *, today: date, found: tuple[Run, ...] | None = None) -> FilingRow:
    """The row of a list."""
    found = runs_of(row, today) if found is None else found
    open_ = is_open(row)
    first = next_due(found) if open_ else None
    return FilingRow(
        number=row.number, procedure=row.procedure, state=row.state,
        stage=stage_of(row.procedure, row.state) if open_ else CLOSED,
        title=Text(row.title_ru, row.title_en), device=row.device.code if row.device else "",
        maker=card(row.maker), applicant=_organisation(row.applicant), expert=_organisation(row.expert),
        channel=row.channel, external_number=row.external_number, filed_on=row.filed_on,
        opened_by=row.opened_by, opened_at=row.opened_at, changed_at=row.changed_at, open=open_,
        next_due=first.due if first else None, next_clock=first.key if first else "",
        whose=first.responsible if first else "", days_left=first.left if first else None,
        late=open_ and bool(breaches(found, today)),
    )  # fmt: skip


def step_card(row: FilingStep) -> StepCard:
    """The struct of a step."""
    return StepCard(
        at=row.at, on=row.on, verb=row.verb, start=row.start, to=row.to, by=row.by, role=row.role,
        organisation=row.organisation, because=row.because, facts=row.facts,
    )  # fmt: skip


def step_as_read(row: FilingStep, person: Person | None) -> StepCard:
    """The struct of a step as this person reads it: that it was made always, its words where they may."""
    told = step_card(row)
    if may_read_words(person, row.verb):
        return told
    return msgspec.structs.replace(told, because="", facts={})


def letters_to(row: Filing, person: Person | None) -> tuple[LetterCard, ...]:
    """The letters of a filing that this person may read, oldest first."""
    return tuple(letter_card(each) for each in row.letters.all() if may_read_letter(person, each.to))


def paper_cards(rows: Iterable[Paper]) -> tuple[PaperCard, ...]:
    """Every edition, oldest first; the newest of each kind is current."""
    listed = list(rows)
    newest = {row.kind: row.edition for row in sorted(listed, key=lambda row: row.edition)}
    return tuple(paper_card(row, current=newest[row.kind] == row.edition) for row in listed)


def paper_card(row: Paper, *, current: bool = True) -> PaperCard:
    """The struct of a paper."""
    return PaperCard(
        kind=row.kind, edition=row.edition, digest=row.digest, name=row.name, media_type=row.media_type,
        size=row.size, at=row.at, by=row.by, scan=row.scan, current=current,
    )  # fmt: skip


def evidence_card(row: Evidence) -> EvidenceCard:
    """The struct of a record of evidence."""
    return EvidenceCard(
        kind=row.kind, body=row.body, number=row.number, day=row.day, valid_until=row.valid_until,
        outcome=row.outcome, text=row.text, digest=row.digest, at=row.at, by=row.by, role=row.role,
    )  # fmt: skip


def letter_card(row: Letter) -> LetterCard:
    """The struct of a letter."""
    return LetterCard(
        id=row.pk, at=row.at, kind=row.kind, to=row.to, title=Text(row.title_ru, row.title_en),
        text=Text(row.text_ru, row.text_en), cites=tuple(row.cites),
    )  # fmt: skip


def breach_card(row: Breach) -> BreachCard:
    """The struct of a breach."""
    return BreachCard(
        clock=row.clock, started=row.started, due=row.due, seen_at=row.seen_at, responsible=row.responsible
    )


def submission_card(row: Submission) -> SubmissionCard:
    """The struct of what was handed in."""
    return SubmissionCard(at=row.at, by=row.by, form=row.form, papers=tuple(row.papers), digest=row.digest)


def seal_card(row: Seal) -> SealCard:
    """The struct of a seal."""
    return SealCard(
        what=row.what, digest=row.digest, signer=row.signer, suite=row.suite, stamped=bool(row.stamp),
        qualified=row.qualified, at=row.at,
    )  # fmt: skip


def _organisation(row: object) -> OrganisationCard | None:
    return card(row) if row is not None else None  # type: ignore[arg-type]
