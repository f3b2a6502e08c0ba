# SPDX-License-Identifier: Apache-2.0
"""A filing on a desk as pages print it: what presses, whose turn, who may act when an interest bars one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from django.urls import reverse
from msgspec import Struct

from nadzor.portal.dues import SOON_DAYS, Due, due_of
from nadzor.portal.filing_labels import filing_state, procedure_label, turn_label
from nadzor.portal.sheets import State
from nadzor.portal.words import language, said
from nadzor.procedures.clocks import Run, next_due
from nadzor.register.fold import fold
from nadzor.register.worklist import Work

FAR: Final = "9999-12-31"  # sorts filings without a last day behind all others


class WorkCard(Struct, frozen=True, kw_only=True):
    """One filing: what it is, where it stands, the clocks that press, whether the looker is barred."""

    number: str
    href: str
    title: str
    maker: str
    procedure: str
    state: State
    turn: str
    dues: Sequence[Due]
    is_late: bool
    is_barred: bool


def work_card(work: Work) -> WorkCard:
    """The card of one filing; every clock past its last day is on it, else the one that presses most."""
    row = work.row
    return WorkCard(
        number=row.number,
        href=reverse("filing", args=[row.number]),
        title=said(row.title),
        maker=row.maker.name(language()),
        procedure=procedure_label(row.procedure),
        state=filing_state(row.procedure, row.state),
        turn=turn_label(row.procedure, row.state),
        dues=[work_due(work, run) for run in work.over or pressing(work)],
        is_late=bool(work.over),
        is_barred=work.barred,
    )


def work_due(work: Work, run: Run) -> Due:
    """One clock of a filing, with the way to its arithmetic."""
    return due_of(run, filing=work.row.number, index=work.runs.index(run), filed=work.row.filed_on)


def pressing(work: Work) -> tuple[Run, ...]:
    """The clock that ends first; where none has a date, one that stands still or cannot be reckoned."""
    first = next_due(work.runs)
    if first is not None:
        return (first,)
    undated = sorted(
        (run for run in work.runs if run.stopped is None), key=lambda run: run.state != "unknown"
    )
    return tuple(undated[:1])


def urgent_first(works: Iterable[Work]) -> list[Work]:
    """The longest overdue on top, then by last day, then those without one."""
    return sorted(works, key=lambda work: (str(work.row.next_due or FAR), work.row.number))


def is_soon(work: Work) -> bool:
    """Whether its last day is near and not yet over."""
    left = work.row.days_left
    return not work.over and left is not None and 0 <= left <= SOON_DAYS


def is_undated(work: Work) -> bool:
    """Whether a clock of it runs for which no date can be given."""
    return any(run.stopped is None and run.state == "unknown" for run in work.runs)


def fits_words(work: Work, asked: str) -> bool:
    """Whether a filing's number, title, maker or device holds every word asked for."""
    row = work.row
    text = fold(" ".join((row.number, row.external_number, row.title.ru, row.title.en, row.device,
                          row.maker.name_ru, row.maker.name_en)))  # fmt: skip
    return all(fold(word) in text for word in asked.split())


def makers_of(works: Iterable[Work]) -> dict[str, str]:
    """The makers of these filings by code, by name in order."""
    found = {work.row.maker.code: work.row.maker.name(language()) for work in works}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def procedures_of(works: Iterable[Work]) -> dict[str, str]:
    """The procedures of these filings, as they are called."""
    found: Collection[str] = {work.row.procedure for work in works}
    return {name: procedure_label(name) for name in sorted(found)}
