# SPDX-License-Identifier: Apache-2.0
"""When knowledge of a thing changed: the same question for each kind, with the same secrets as its sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_read_operation
from nadzor.people.queries import Person
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.signal import SIGNAL
from nadzor.register import filing_sight, revisions
from nadzor.register import queries as register
from nadzor.vigilance.events import visible
from nadzor.vigilance.known import moments
from nadzor.vigilance.known.case import known_case
from nadzor.vigilance.known.event import known_event
from nadzor.vigilance.known.moment import Moment, end_of
from nadzor.vigilance.known.moments import Change, Dated, MomentsPage
from nadzor.vigilance.known.signal import known_signal
from nadzor.vigilance.models import SafetyWarning, Signal

PAGE: Final = 30
NO_SIGNAL: Final = 2**62  # the database cannot look for a larger number


class Asked(Struct, frozen=True, kw_only=True):
    """Which thing, and which page: `before` is the `next` of the page before."""

    kind: str
    ref: str = ""
    before: datetime | None = None
    limit: int = PAGE


def timeline(person: Person | None, asked: Asked, *, now: datetime) -> MomentsPage:
    """The moments at which knowledge of a thing changed, newest first.

    Why no figures: telemetry comes every day, and ninety days move with every day; the sheet has them.
    Raises: Refusal known.kind, and those of the sheet for a thing that this person may not see.
    """
    today, ref = end_of(moscow_date(now)), asked.ref
    ways: Mapping[str, Callable[[], Iterator[Dated]]] = {
        "signal": lambda: moments.of_signal(known_signal(person, signal_number(ref), today)),
        "event": lambda: moments.of_event(known_event(person, ref, today)),
        "case": lambda: moments.of_case(known_case(person, ref, today)),
        "device": lambda: _device(person, ref, today),
        "register": _register,
    }
    if asked.kind not in ways:
        raise Refusal("known.kind", "$.kind")
    found = ways[asked.kind]()
    return moments.page_of(found, until=now, before=asked.before, limit=asked.limit)


def signal_number(ref: str) -> int:
    """The number of a signal as somebody wrote it; what is none is a signal that nobody has."""
    return min(int(ref), NO_SIGNAL) if ref.isdecimal() and len(ref) < 20 else NO_SIGNAL


def _register() -> Iterator[Dated]:
    for each in revisions.dates():
        yield from moments.of_edition(each.device, known_at=each.known_at, valid_from=each.valid_from)


def _device(person: Person | None, code: str, today: Moment) -> Iterator[Dated]:
    card = register.device(code)
    for each in revisions.dates(code):
        told = {"known_at": each.known_at, "valid_from": each.valid_from}
        yield from moments.of_edition(code, says=str(each.number), **told)
    if may_read_operation(person, maker=card.maker.code) or (person is not None and person.at_console):
        yield from _matters(person, code)


def _matters(person: Person | None, code: str) -> Iterator[Dated]:
    """What the sheet lists of a device: its signals, events, filings and warnings, and where each stood."""
    for row in Signal.objects.filter(device=code).prefetch_related("moves"):
        yield from _matter("signal", str(row.pk), row.raised_at, row.moves.all(), SIGNAL.first)
    for event in visible(person).filter(device=code).prefetch_related("steps"):
        told = (event.number, event.received_at, event.steps.all(), ADVERSE_EVENT.first)
        yield from _matter("event", *told)
    for filing in filing_sight.visible(person).filter(device__code=code).prefetch_related("steps"):
        yield from _matter(filing.procedure, filing.number, filing.opened_at, filing.steps.all())
    for warning in SafetyWarning.objects.filter(device=code):
        yield warning.at, Change(what="warning", of="warning", ref=warning.number, says=warning.kind)


def _matter(of: str, ref: str, at: datetime, steps: Any, state: str = "") -> Iterator[Dated]:
    """That a matter came, and each other state that it was led to, as the sheet of a device tells it."""
    yield at, Change(what="opened", of=of, ref=ref)
    for step in steps:
        if step.to != state:
            yield step.at, Change(what="state", of=of, ref=ref, says=step.to)
        state = step.to
