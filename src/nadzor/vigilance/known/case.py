# SPDX-License-Identifier: Apache-2.0
"""A case, or any filing, as it was known at a moment: the file as it lay then, its clocks as they ran."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import runs
from nadzor.procedures.steps import Step, state_after
from nadzor.register import filings
from nadzor.register.filing_cards import FilingCard, StepCard
from nadzor.vigilance.case_grounds import grounds, recomputations
from nadzor.vigilance.known.cards import KnownCase
from nadzor.vigilance.known.moment import Moment
from nadzor.vigilance.packs import packs

PARTS = ("steps", "papers", "evidence", "letters", "submissions", "seals")


def known_case(person: Person | None, number: str, moment: Moment) -> KnownCase:
    """A case as it stood at a moment, by what this person may read of it today.

    Raises: Refusal filing.unknown, also for one that this person may not see; known.not-yet.
    """
    card = filings.filing(person, number, today=moment.day)
    if card.row.opened_at > moment.at:
        raise Refusal("known.not-yet")
    then = {name: _until(getattr(card, name), moment) for name in PARTS}
    told = {
        "grounds": _until(grounds(number), moment),
        "packs": _until(packs(number), moment),
        "recomputations": _until(recomputations(number), moment),
    }
    procedure, steps = PROCEDURES[card.row.procedure], _steps(then["steps"])
    return KnownCase(
        number=number, procedure=card.row.procedure, title=card.row.title, device=card.row.device,
        opened_at=card.row.opened_at, state=state_after(procedure, steps),
        runs=runs(procedure, steps, today=moment.day, filed=_filed_on(card, moment)),
        breaches=tuple(each for each in card.breaches if each.seen_at <= moment.at),
        later=len(card.steps) - len(steps), **then, **told,
    )  # fmt: skip


def _until(rows: Iterable[Any], moment: Moment) -> tuple[Any, ...]:
    return tuple(each for each in rows if each.at <= moment.at)


def _steps(cards: Iterable[StepCard]) -> tuple[Step, ...]:
    return tuple(Step(each.verb, each.start, each.to, each.on, each.role, each.because) for each in cards)  # type: ignore[arg-type]


def _filed_on(card: FilingCard, moment: Moment) -> Any:
    """The day of receipt, if it had come by then."""
    filed = card.row.filed_on
    return filed if filed and filed <= moment.day else None
