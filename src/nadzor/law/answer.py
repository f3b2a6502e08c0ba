# SPDX-License-Identifier: Apache-2.0
"""What a door says about norms and deadlines: one shape for the command line, the API and their schemas."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from nadzor.base.problems import Text
from nadzor.law.conflict import Conflict, conflicts
from nadzor.law.deadline import Deadline
from nadzor.law.facts import number_of
from nadzor.law.load import edition, norms
from nadzor.law.missing import why_missing
from nadzor.law.norm import Entry, NormMissing, Status, Term, Unit, Value, Worth
from nadzor.law.steps import Step
from nadzor.workdays.calendar import Checked


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """A conflict of the sources with its key."""

    key: str
    topic: Text
    seed: Text
    outside: Text


class NormAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A norm with all its editions, and the edition in force on a day; nothing where none is."""

    key: str
    fact: str
    act: str
    what: Text
    unit: Unit
    editions: tuple[Value, ...]
    in_force: Value | None
    on: date | None
    term: Term | None
    conflicts: tuple[Noted, ...]
    hole: Text | None
    successor: Text | None
    checked: Checked


class DeadlineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline: `due` is a day, for hours a moment with its zone, or null where the law gives no date.

    `key` is the name it was asked by, as we write it: the fact's number (T-08) or the norm's own key.
    """

    key: str
    norm: str
    fact: str
    what: Text
    start: str
    limit: Worth
    unit: Unit
    due: str | None
    warn: date | None
    cite: str
    status: Status
    act: str
    edition_from: date
    edition_until: date | None
    note: Text | None
    conflicts: tuple[str, ...]
    steps: tuple[Step, ...]


class WorkdayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The last day of a term of so many working days, with every step."""

    start: date
    days: int
    due: date
    decree_days: bool
    steps: tuple[Step, ...]


def norm_answer(
    key: str, *, on: date | None = None, filed: date | None = None, in_force: bool = True
) -> NormAnswer:
    """Everything the house knows about a norm; with `in_force` the day must have an edition.

    Law: the norm's act.
    Raises: NormMissing when an edition in force is asked for and the day has none.
    """
    act, entry = norms()[key]
    found = edition(entry, on, filed=filed) if on else None
    if on and in_force and found is None:
        raise NormMissing(key, on, why=why_missing(entry, on))
    return NormAnswer(
        key=key, fact=entry.fact, act=act, what=entry.what, unit=entry.unit, editions=entry.values,
        in_force=found, on=on, term=entry.term, conflicts=noted(entry), hole=entry.hole,
        successor=entry.successor, checked=entry.checked,
    )  # fmt: skip


def noted(entry: Entry) -> tuple[Noted, ...]:
    """The conflicts a norm takes part in, seed beside outside.

    Law: the seed decides; the outside is a note.
    """
    known: dict[str, Conflict] = conflicts()
    found = ((key, known[key]) for key in entry.conflicts)
    return tuple(Noted(key=key, topic=one.topic, seed=one.seed, outside=one.outside) for key, one in found)


def deadline_answer(found: Deadline, start: date | datetime, *, asked: str = "") -> DeadlineAnswer:
    """A deadline as the doors say it; `asked` is what a person typed to find it.

    Law: the citation it carries.
    """
    rule, due = found.norm, found.due
    by_number = bool(rule.fact) and number_of(asked) is not None
    return DeadlineAnswer(
        key=rule.fact if by_number else found.key, norm=found.key, fact=rule.fact,
        what=rule.what, act=rule.act, start=start.isoformat(),
        limit=rule.value, unit=rule.unit, due=due.isoformat() if due else None, warn=found.warn,
        cite=rule.cite, status=rule.status, note=rule.note, conflicts=rule.conflicts,
        edition_from=rule.since, edition_until=rule.until, steps=found.steps,
    )  # fmt: skip
