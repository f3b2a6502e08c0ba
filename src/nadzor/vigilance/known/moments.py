# SPDX-License-Identifier: Apache-2.0
"""The moments at which knowledge of a thing changed, and what came with each; between two nothing did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import groupby
from typing import Final

from msgspec import Struct

from nadzor.base.clock import MOSCOW, moscow_date
from nadzor.vigilance.known.cards import KnownCase, KnownEvent, KnownSignal

PAGE_MAX: Final = 100
TOLD_MAX: Final = 20  # changes of one moment that are told one by one; an import brings a thousand at once


class Change(Struct, frozen=True, kw_only=True):
    """One thing that became known: what it is, of which matter, what it says, in words of its own table.

    `what`: opened, step, state, ground, pack, recomputation, paper, evidence, letter, submission, seal,
    missed, document, edition, holds, warning.  `of` is the kind of the matter: signal, event, a procedure …
    """

    what: str
    of: str = ""
    ref: str = ""
    says: str = ""


class KnownMoment(Struct, frozen=True, kw_only=True):
    """One moment, and what became known at it: the first changes, and how many there were."""

    at: datetime
    changes: tuple[Change, ...]
    count: int


class MomentsPage(Struct, frozen=True, kw_only=True):
    """Moments, newest first; `next` asks for older ones, None when there are none; `total` of all pages."""

    items: tuple[KnownMoment, ...]
    next: datetime | None
    total: int


Dated = tuple[datetime, Change]


def page_of(found: Iterable[Dated], *, until: datetime, before: datetime | None, limit: int) -> MomentsPage:
    """What was found, gathered by moment and cut to a page; nothing after `until` is told."""
    rows = sorted((row for row in found if row[0] <= until), key=_at)
    moments = [_moment(at, [change for _, change in each]) for at, each in groupby(rows, key=_at)][::-1]
    asked = [each for each in moments if before is None or each.at < before]
    shown = asked[: max(1, min(limit, PAGE_MAX))]
    is_cut = len(asked) > len(shown)
    return MomentsPage(items=tuple(shown), next=shown[-1].at if is_cut else None, total=len(moments))


def of_signal(found: KnownSignal) -> Iterator[Dated]:
    """A signal was raised, gained evidence, was moved."""
    yield found.raised_at, Change(what="opened", of="signal")
    for each in found.evidence:
        yield each.at, Change(what="evidence", of="signal", says="stands" if each.stands else "fell")
    for move in found.moves:
        yield move.at, Change(what="step", of="signal", says=move.verb)


def of_event(found: KnownEvent) -> Iterator[Dated]:
    """An event came in, documents were added, it was moved."""
    yield found.received_at, Change(what="opened", of="event")
    for each in found.documents:
        yield each.at, Change(what="document", of="event", says=each.kind)
    for step in found.steps:
        yield step.at, Change(what="step", of="event", says=step.verb)


def of_case(found: KnownCase) -> Iterator[Dated]:
    """A filing was opened, moved, and whatever was laid in its file."""
    yield found.opened_at, Change(what="opened", of=found.procedure)
    told = {
        "step": ((each.at, each.verb) for each in found.steps),
        "ground": ((each.at, each.kind) for each in found.grounds),
        "pack": ((each.at, "") for each in found.packs),
        "recomputation": ((each.at, "") for each in found.recomputations),
        "paper": ((each.at, each.kind) for each in found.papers),
        "evidence": ((each.at, each.kind) for each in found.evidence),
        "letter": ((each.at, each.kind) for each in found.letters),
        "submission": ((each.at, "") for each in found.submissions),
        "seal": ((each.at, "") for each in found.seals),
        "missed": ((each.seen_at, "") for each in found.breaches),
    }
    for what, rows in told.items():
        for at, says in rows:
            yield at, Change(what=what, of=found.procedure, says=says)


def of_edition(code: str, *, known_at: datetime, valid_from: date, says: str = "") -> Iterator[Dated]:
    """An edition became known; one that holds from a later day changes the sheet on that day as well."""
    yield known_at, Change(what="edition", ref=code, says=says)
    if valid_from > moscow_date(known_at):
        yield begins(valid_from), Change(what="holds", ref=code, says=says)


def begins(day: date) -> datetime:
    """The first moment of a Moscow day."""
    return datetime.combine(day, time(), MOSCOW)


def _at(row: Dated) -> datetime:
    """The moment alone: what came at once stays in the order in which it was written."""
    return row[0]


def _moment(at: datetime, changes: list[Change]) -> KnownMoment:
    told = sorted(changes, key=lambda each: each.what != "opened")
    return KnownMoment(at=at, changes=tuple(told[:TOLD_MAX]), count=len(changes))
