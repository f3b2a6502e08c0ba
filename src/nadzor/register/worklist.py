# SPDX-License-Identifier: Apache-2.0
"""What desks show: open filings with their clocks, steps and papers, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import Run, allowed_on, breaches
from nadzor.procedures.moves import Move, moves_from
from nadzor.register import authority
from nadzor.register.filing_cards import EvidenceCard, FilingRow, PaperCard, StepCard
from nadzor.register.filing_moves import SOME_GROUNDS
from nadzor.register.filing_permissions import SIDE
from nadzor.register.filing_rows import (
    evidence_card,
    filing_row,
    paper_cards,
    runs_of,
    step_card,
    steps_of,
)
from nadzor.register.filing_sight import visible
from nadzor.register.filing_tasks import ALWAYS
from nadzor.register.models import Filing


class Work(Struct, frozen=True, kw_only=True):
    """One open filing on a desk.

    `over` are its clocks past their last day, `head_moves` what the head could decide today, `barred` by an
    interest of the person who looks.
    """

    row: FilingRow
    runs: tuple[Run, ...]
    over: tuple[Run, ...]
    steps: tuple[StepCard, ...]
    head_moves: tuple[Move, ...]
    barred: bool
    papers: tuple[PaperCard, ...] = ()
    evidence: tuple[EvidenceCard, ...] = ()


def worklist(
    person: Person | None, *, today: date, procedures: Collection[str] = (), whole: bool = False
) -> tuple[Work, ...]:
    """Open filings a person may see, newest first; `whole` with papers and evidence.

    Why: a board of two hundred filings asks as many queries as a board of one.
    """
    rows = visible(person).filter(_open(procedures or PROCEDURES))
    rows = rows.prefetch_related("papers", "evidence") if whole else rows
    interests = _interests(person)
    return tuple(_work(row, interests, today=today, whole=whole) for row in rows)


def _open(procedures: Collection[str]) -> Q:
    found = Q(pk__in=[])
    for name in procedures:
        if name in PROCEDURES:
            found |= Q(procedure=name, state__in=PROCEDURES[name].open_states)
    return found


def _interests(person: Person | None) -> frozenset[str]:
    """The organisations the person must keep out of; the applicants' side has none that bar it."""
    if person is None or person.role in SIDE:
        return frozenset()
    own = (each for each in authority.interests(person) if each.username == person.username)
    return frozenset(each.organisation for each in own if each.ended_at is None)


def _work(row: Filing, interests: frozenset[str], *, today: date, whole: bool) -> Work:
    found = runs_of(row, today)
    parties = {row.maker.code, *([row.applicant.code] if row.applicant else [])}
    return Work(
        row=filing_row(row, today=today, found=found),
        runs=found,
        over=breaches(found, today),
        steps=tuple(map(step_card, row.steps.all())),
        head_moves=_head_moves(row, today),
        barred=bool(parties & interests),
        papers=paper_cards(row.papers.all()) if whole else (),
        evidence=tuple(map(evidence_card, row.evidence.all())) if whole else (),
    )


def _head_moves(row: Filing, today: date) -> tuple[Move, ...]:
    """What no clock bars today: ordinary moves of the head alone, and shared ones that close the filing."""
    table = PROCEDURES[row.procedure]
    own = (
        move
        for move in moves_from(table, row.state)
        if "head" in move.by and move.verb not in ALWAYS and (len(move.by) == 1 or move.to in table.closed)
    )
    return tuple(move for move in own if _is_allowed(row, move.verb, today))


def _is_allowed(row: Filing, verb: str, today: date) -> bool:
    try:
        allowed_on(
            PROCEDURES[row.procedure], steps_of(row), verb, by="head", because=SOME_GROUNDS, today=today,
            filed=row.filed_on,
        )  # fmt: skip
    except Refusal:
        return False
    return True
