# SPDX-License-Identifier: Apache-2.0
"""What the desk must decide today about adverse events: alerts, limits that are over, what is due next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.people.queries import Person
from nadzor.portal.dues import Due
from nadzor.portal.event_device import device_called, device_name
from nadzor.portal.event_labels import due_of_event, event_title, seriousness_state
from nadzor.portal.sheets import Count, State
from nadzor.portal.words import moment, number
from nadzor.vigilance import events
from nadzor.vigilance.duplicates import waiting_pairs
from nadzor.vigilance.duty import standing_alerts
from nadzor.vigilance.event_cards import AlertCard, EventRow
from nadzor.vigilance.event_permissions import is_desk
from nadzor.vigilance.events import OPEN, EventFilter

SOON: Final = 6
LOOKED: Final = 200  # the newest of those that wait for a report, among which the next last days are sought


class AlertLine(Struct, frozen=True, kw_only=True):
    """One alert that nobody has acknowledged."""

    id: int
    event: str
    href: str
    kind: State
    device: str
    raised: str
    duty: str
    escalated: bool


class Next(Struct, frozen=True):
    """One event whose limit comes next."""

    href: str
    number: str
    title: str
    due: Due


class Morning(Struct, frozen=True, kw_only=True):
    """The top of the desk's page."""

    alerts: Sequence[AlertLine]
    counts: Sequence[Count]
    nexts: Sequence[Next]


def morning(who: Person | None, *, today: date) -> Morning:
    """What waits; the desk's own parts are empty for everybody else."""
    waiting = events.events(who, EventFilter(state="awaiting_report"), today=today, limit=LOOKED).rows
    desk = is_desk(who)
    return Morning(
        alerts=alert_lines(who),
        counts=_counts(who, waiting, today=today) if desk else (),
        nexts=_nexts(waiting),
    )


def alert_lines(who: Person | None) -> list[AlertLine]:
    """The alerts that stand, the oldest first; the desk alone has any."""
    return [_alert(each) for each in standing_alerts(who)]


def _nexts(rows: Sequence[EventRow]) -> list[Next]:
    """The nearest last days, those that are over first."""
    dated = [row for row in rows if row.due is not None and row.due.due is not None]
    near = sorted(dated, key=lambda row: (row.due.due, row.number))[:SOON]  # type: ignore[union-attr]
    return [_next(row) for row in near]


def _next(row: EventRow) -> Next:
    assert row.due is not None
    here = reverse("event", args=[row.number])
    return Next(here, row.number, event_title(row, device_name(row)), due_of_event(row.due))


def _counts(who: Person | None, waiting: Sequence[EventRow], *, today: date) -> list[Count]:
    """The piles of the desk, each leading to itself."""
    over = sum(1 for row in waiting if row.due is not None and row.due.state == "breached")
    here = reverse("events")
    piles = [
        (_("Limits over"), over, f"{here}?what=late"),
        (_("Unconfirmed"), _n(who, today, state="unconfirmed"), f"{here}?state=unconfirmed"),
        (_("Texts to blacken"), _n(who, today, state=OPEN, held=True), f"{here}?what=held"),
        (_("Devices to link"), _n(who, today, state=OPEN, unplaced=True), f"{here}?what=unplaced"),
        (_("Likely duplicates"), waiting_pairs(who), reverse("event-pairs")),
    ]
    return [
        Count(label, number(n), href=href, is_alarm=n > 0 and not at)
        for at, (label, n, href) in enumerate(piles)
    ]


def _n(who: Person | None, today: date, **wanted: object) -> int:
    """How many events fit; the counts of a page leave the state asked out, so it is summed by hand."""
    state = str(wanted.pop("state"))
    found = events.events(who, EventFilter(**wanted), today=today, limit=1).by_state  # type: ignore[arg-type]
    open_states = set(found) - {"closed", "duplicate", "declined"}
    return sum(n for name, n in found.items() if name == state or (state == OPEN and name in open_states))


def _alert(card: AlertCard) -> AlertLine:
    return AlertLine(
        id=card.id,
        event=card.event,
        href=reverse("event", args=[card.event]),
        kind=seriousness_state(card.kind),
        device=device_called(card.device) if card.device else _("device not named"),
        raised=moment(card.raised_at),
        duty=card.duty or _("the head"),
        escalated=card.escalated_at is not None,
    )
