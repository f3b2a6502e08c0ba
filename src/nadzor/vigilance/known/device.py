# SPDX-License-Identifier: Apache-2.0
"""A device and the whole register as they were known at a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.people.permissions import may_read_operation
from nadzor.people.queries import Person
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.signal import SIGNAL
from nadzor.register import filing_sight, revisions
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.events import visible
from nadzor.vigilance.known.cards import KnownDevice, KnownEntry, KnownFigures, KnownRegister, KnownThing
from nadzor.vigilance.known.moment import Moment
from nadzor.vigilance.models import SafetyWarning, Signal
from nadzor.workdays.calendar import ONE_DAY

WINDOW: Final = 89 * ONE_DAY  # with its last day ninety, as on the cards of signals
CASE: Final = "case"


def known_device(home: Home, person: Person | None, code: str, moment: Moment) -> KnownDevice:
    """A device as it stood at a moment: its entry for everybody, the rest for who may read its operation.

    Raises: Refusal register.device-unknown.
    """
    card = register.device(code)
    reads = may_read_operation(person, maker=card.maker.code) or (person is not None and person.at_console)
    history = revisions.history(code)
    return KnownDevice(
        code=code,
        entry=revisions.as_of(code, valid_on=moment.day, known_at=moment.at),
        editions=sum(each.known_at <= moment.at for each in history),
        figures=_figures(home, code, moment.figures_on) if reads else None,
        things=tuple(_things(person, code, moment)) if reads else (),
    )


def known_register(moment: Moment) -> KnownRegister:
    """Every entry that held on the day of the moment, as it was known then."""
    rows = list(revisions.standing(valid_on=moment.day, known_at=moment.at))
    entries = tuple(
        KnownEntry(
            code=row.device, number=row.entry.number, name=row.entry.name, status=row.entry.status,
            valid_from=row.valid_from, known_at=row.known_at,
        )
        for row in rows
    )  # fmt: skip
    counted = Counter(each.status for each in entries)
    return KnownRegister(
        entries=entries,
        by_status=dict(sorted(counted.items())),
        last_change=max((r.id for r in rows), default=0),
    )


def _figures(home: Home, code: str, last: date) -> KnownFigures | None:
    """The last ninety days as the rollup knew them; None before there was one."""
    try:
        rollups = Rollups.open(home).known_on(last)
    except Refusal:
        return None
    first = last - WINDOW
    within = {"device": code, "since": first, "until": last + ONE_DAY}
    return KnownFigures(
        first=first, last=last,
        studies=rollups.total("studies", **within), failed=rollups.total("failed", **within),
        reviews=rollups.total("reviews", **within), labels=rollups.total("labels", **within),
        digest=rollups.digest_of("studies", **within),
    )  # fmt: skip


def _things(person: Person | None, code: str, moment: Moment) -> Iterator[KnownThing]:
    """Signals, events, cases and warnings of a device that were known by then, each with its state then."""
    yield from _signals(code, moment)
    yield from _events(person, code, moment)
    yield from _cases(person, code, moment)
    for row in SafetyWarning.objects.filter(device=code, at__lte=moment.at):
        yield KnownThing(
            kind="warning",
            ref=row.number,
            known_since=row.at,
            state=row.kind,
            title=Text(row.title_ru, row.title_en),
        )


def _signals(code: str, moment: Moment) -> Iterator[KnownThing]:
    rows = Signal.objects.filter(device=code, raised_at__lte=moment.at).prefetch_related("moves")
    for row in rows:
        moved = [each.to for each in row.moves.all() if each.at <= moment.at]
        state = moved[-1] if moved else SIGNAL.first
        yield KnownThing(kind="signal", ref=str(row.pk), known_since=row.raised_at, state=state)


def _events(person: Person | None, code: str, moment: Moment) -> Iterator[KnownThing]:
    rows = visible(person).filter(device=code, received_at__lte=moment.at).prefetch_related("steps")
    for row in rows:
        moved = [each.to for each in row.steps.all() if each.at <= moment.at]
        state = moved[-1] if moved else ADVERSE_EVENT.first
        yield KnownThing(kind="event", ref=row.number, known_since=row.received_at, state=state)


def _cases(person: Person | None, code: str, moment: Moment) -> Iterator[KnownThing]:
    rows = filing_sight.visible(person).filter(device__code=code, opened_at__lte=moment.at)
    for row in rows:
        moved = [each.to for each in row.steps.all() if each.at <= moment.at]
        state = moved[-1] if moved else PROCEDURES[row.procedure].first
        kind = CASE if row.procedure == CASE else "filing"
        title = Text(row.title_ru, row.title_en)
        yield KnownThing(kind=kind, ref=row.number, known_since=row.opened_at, state=state, title=title)
