# SPDX-License-Identifier: Apache-2.0
"""Questions to the filings; answers are structs.  Every one shows a person only what they may see."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.db.models import Q, QuerySet

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.register.dossier import filing_check, filing_dossier
from nadzor.register.filing_cards import FilingCard, FilingPage, FilingRow, PaperCard
from nadzor.register.filing_flags import flags
from nadzor.register.filing_moves import moves_open_to
from nadzor.register.filing_permissions import WRITING, may_edit_filing
from nadzor.register.filing_rows import (
    breach_card,
    evidence_card,
    filing_row,
    is_open,
    letters_to,
    paper_card,
    paper_cards,
    runs_of,
    seal_card,
    step_as_read,
    submission_card,
    whose,
)
from nadzor.register.filing_sight import seen, visible
from nadzor.register.filing_tasks import deadlines, tasks
from nadzor.register.filing_words import filing_words, stage_of, states_of
from nadzor.register.models import Breach, Filing, Paper
from nadzor.register.opinions import opinion, opinions

__all__ = [
    "deadlines", "filing", "filing_check", "filing_dossier", "filings", "moves_open_to", "opinion",
    "opinions", "paper", "tasks",
]  # fmt: skip

PAGE_MAX = 200  # bounds one answer; the cursor fetches the rest


def filings(
    person: Person | None, *, today: date, state: str | None = None, procedure: str | None = None,
    stage: str | None = None, device: str | None = None, maker: str | None = None, open_only: bool = True,
    late_only: bool = False, changed_since: datetime | None = None, after: str | None = None,
    limit: int = 50,
) -> FilingPage:  # fmt: skip
    """Filings a person may see, newest first, after a cursor (a number), with the counts of every stage.

    Method: the stages are counted before `stage`, `state`, `late_only`, `changed_since`, the cursor apply.
    """
    rows = visible(person)
    for key, value in (("procedure", procedure), ("device__code", device), ("maker__code", maker)):
        rows = rows.filter(**{key: value}) if value else rows
    if open_only:
        rows = rows.exclude(_closed())
    counts = _by_stage(rows)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(_at_stage(stage)) if stage else rows
    rows = rows.filter(changed_at__gte=changed_since) if changed_since else rows
    rows = rows.filter(pk__lt=_place(after)) if after else rows
    found = _taken(rows, today=today, late_only=late_only, limit=min(limit, PAGE_MAX) + 1)
    page = found[: min(limit, PAGE_MAX)]
    return FilingPage(rows=page, next=page[-1].number if len(found) > len(page) else None, by_stage=counts)


def filing(person: Person | None, number: str, *, today: date) -> FilingCard:
    """One filing whole.

    Raises: Refusal filing.unknown for one that is not there or that the person may not see.
    """
    row = seen(person, number)
    found = runs_of(row, today)
    return FilingCard(
        row=filing_row(row, today=today, found=found),
        form=row.form,
        steps=tuple(step_as_read(step, person) for step in row.steps.all()),
        runs=found,
        papers=paper_cards(row.papers.all()),
        evidence=tuple(map(evidence_card, row.evidence.all())),
        letters=letters_to(row, person),
        breaches=tuple(map(breach_card, row.breaches.all())),
        submissions=tuple(map(submission_card, row.submissions.all())),
        seals=tuple(map(seal_card, row.seals.all())),
        previous=row.previous.number if row.previous else "",
        resubmissions=tuple(row.resubmissions.order_by("id").values_list("number", flat=True)),
        base_revision=row.base_revision,
        flags=flags(row, person, today=today),
        may_edit=row.state in WRITING and may_edit_filing(person, whose(row)),
    )


def paper(person: Person | None, number: str, kind: str, edition: int | None = None) -> PaperCard:
    """One edition of a paper, or its newest.

    Raises: Refusal filing.unknown; filing.paper-unknown when there is no such edition.
    """
    rows = Paper.objects.filter(filing=seen(person, number), kind=kind).order_by("edition")
    newest = rows.last()
    found = newest if edition is None else rows.filter(edition=edition).first()
    if found is None or newest is None:
        raise Refusal("filing.paper-unknown")
    return paper_card(found, current=found.edition == newest.edition)


def _taken(rows: QuerySet[Filing], *, today: date, late_only: bool, limit: int) -> tuple[FilingRow, ...]:
    if not late_only:
        return tuple(filing_row(row, today=today) for row in rows[:limit])
    found = (filing_row(row, today=today) for row in rows if is_open(row))
    return tuple(row for row in found if row.late)[:limit]


def count_breaches() -> int:
    """How many limits of the law were missed so far, over all filings."""
    return int(Breach.objects.count())


def _place(number: str) -> int:
    row = Filing.objects.filter(number=number).only("pk").first()
    return row.pk if row else 0


def _closed() -> Q:
    found = Q(pk__in=[])
    for name, procedure in PROCEDURES.items():
        found |= Q(procedure=name, state__in=sorted(procedure.closed))
    return found


def _at_stage(stage: str) -> Q:
    found = Q(pk__in=[])
    for name in PROCEDURES:
        found |= Q(procedure=name, state__in=states_of(stage, name))
    return found


def _by_stage(rows: QuerySet[Filing]) -> dict[str, int]:
    told = Counter(dict.fromkeys(filing_words().stages, 0))
    for procedure, state in rows.order_by().values_list("procedure", "state"):
        told[stage_of(procedure, state)] += 1
    return dict(told)
