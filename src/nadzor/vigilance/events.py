# SPDX-License-Identifier: Apache-2.0
"""Questions to the adverse events, each asked by a person: nobody learns of an event they may not see."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import reduce
from operator import or_

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_speak_for_clinic
from nadzor.people.queries import Person
from nadzor.procedures.adverse_event import ADVERSE_EVENT, AWAITING, REPORTED
from nadzor.procedures.clocks import breaches
from nadzor.register import queries as register
from nadzor.vigilance import event_permissions as permissions
from nadzor.vigilance.event_cards import EventCard, EventPage, EventRow, FollowCard
from nadzor.vigilance.event_rows import (
    Eyes,
    alert_card,
    document_cards,
    event_row,
    follow_steps,
    missed_card,
    runs_of_event,
    step_cards,
    subject_of,
)
from nadzor.vigilance.event_words import event_words
from nadzor.vigilance.models import AdverseEvent, EventStep, MissedLimit, ReporterToken

__all__ = ["EventFilter", "event", "events", "followed", "runs_of_event", "token_digest", "visible"]

PAGE_MAX = 200  # bounds one answer; the cursor fetches the rest
OPEN = "open"
CLOSED = "closed"
CODED = ("problems", "effects", "causes")


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are wanted; `state` is a state, "open", "closed" or nothing.

    `late`: a limit of it was missed; `held`: a narrative waits to be redacted; `unplaced`: no device yet.
    """

    state: str | None = None
    device: str | None = None
    version: str | None = None
    seriousness: str | None = None
    way: str | None = None
    site: str | None = None
    number: str | None = None
    code: str | None = None
    late: bool = False
    held: bool = False
    unplaced: bool = False
    received_since: date | None = None
    changed_since: datetime | None = None


def events(
    person: Person | None, wanted: EventFilter | None = None, *, today: date, site: str = "",
    after: int | None = None, limit: int = 50,
) -> EventPage:  # fmt: skip
    """Events that fit and this person may see, newest first, after a cursor; counts ignore the state asked.

    `site` is the asker's own, where a clinic asks.
    """
    wanted = wanted or EventFilter()
    fitting = _fitting(visible(person, site=site), wanted)
    rows = _in_state(fitting, wanted.state).order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    limit = max(1, min(limit, PAGE_MAX))
    page = list(_whole(rows)[: limit + 1])
    eyes = _eyes(person)
    return EventPage(
        rows=tuple(event_row(row, eyes, today=today) for row in page[:limit]),
        next=page[limit - 1].pk if len(page) > limit else None,
        by_state=_by_state(fitting),
    )


def event(person: Person | None, number: str, *, today: date, site: str = "") -> EventCard:
    """One event with everything this person may see of it.

    Raises: Refusal vigilance.event-unknown, also for an event the asker may not see.
    """
    row = _whole(visible(person, site=site)).filter(number=number).first()
    if row is None:
        raise Refusal("vigilance.event-unknown")
    eyes, found = _eyes(person), runs_of_event(row, today)
    desk = permissions.is_desk(person)
    own = bool(site) and row.site == site
    return EventCard(
        row=event_row(row, eyes, today=today),
        documents=document_cards(row, eyes),
        steps=step_cards(row, eyes),
        runs=found,
        broken=breaches(found, today),
        missed=tuple(map(missed_card, MissedLimit.objects.filter(subject=subject_of(number)))),
        moves=permissions.moves_open_to(person, row.state, maker=maker_of(row.device), own_site=own),
        alerts=tuple(alert_card(each) for each in row.alerts.all()) if desk else (),
        led=tuple(row.led.values_list("number", flat=True)) if eyes.all else (),
    )


def followed(token: str) -> FollowCard:
    """What became of a report, for whoever holds its token; no account is needed.

    Raises: Refusal vigilance.token-unknown.
    """
    found = ReporterToken.objects.filter(digest=token_digest(token)).select_related("event").first()
    if found is None:
        raise Refusal("vigilance.token-unknown")
    return follow_card(found.event)


def followed_by_clinic(number: str, *, site: str) -> FollowCard:
    """What became of a report of one's own site.

    Raises: Refusal vigilance.event-unknown.
    """
    row = AdverseEvent.objects.filter(number=number, site=site).first() if site else None
    if row is None:
        raise Refusal("vigilance.event-unknown")
    return follow_card(row)


def follow_card(row: AdverseEvent) -> FollowCard:
    """A report as its reporter follows it: nothing of other sites, of staff, or of the maker's papers."""
    closing = row.steps.filter(verb="close").last()
    over = row.state in ADVERSE_EVENT.closed
    return FollowCard(
        number=row.number, device=row.device, received_on=row.received_on, state=row.state,
        said=event_words().follow_states[row.state], is_over=over,
        outcome=str(closing.added.get("outcome", "")) if closing and over else "", steps=follow_steps(row),
    )  # fmt: skip


def token_digest(token: str) -> str:
    """What is kept of a reporter's token."""
    return hashlib.sha256(token.strip().encode()).hexdigest()


def visible(person: Person | None, *, site: str = "") -> QuerySet[AdverseEvent]:
    """The events a person may see.

    Why: a maker sees an event once it was told of it; a public word that nobody confirmed is none yet.
    """
    rows = AdverseEvent.objects.all()
    if person is None:
        return rows.none()
    if permissions.sees_every_event(person) or person.at_console:
        return rows
    if may_speak_for_clinic(person):
        return rows.filter(site=site) if site else rows.none()
    if person.role not in permissions.SIDE:
        return rows.none()
    told = EventStep.objects.filter(event=OuterRef("pk"), to__in=(AWAITING, REPORTED))
    own = [card.code for card in register.readable(person)]
    return rows.filter(Exists(told), device__in=own)


def maker_of(device: str) -> str:
    """The code of a device's maker; nobody for an event without a device."""
    return register.device(device).maker.code if device else ""


def rows_of(
    numbers: list[str], person: Person | None, *, today: date, site: str = ""
) -> tuple[EventRow, ...]:
    """Some events by their numbers, as a person may see them, in the order of their numbers."""
    found = _whole(visible(person, site=site)).filter(number__in=numbers).order_by("number")
    return tuple(event_row(row, _eyes(person), today=today) for row in found)


def _eyes(person: Person | None) -> Eyes:
    return Eyes(all=permissions.sees_every_event(person), clinic=may_speak_for_clinic(person))


def _whole(rows: QuerySet[AdverseEvent]) -> QuerySet[AdverseEvent]:
    return rows.select_related("leading").prefetch_related("steps", "documents__narrative", "alerts__event")


def _fitting(rows: QuerySet[AdverseEvent], wanted: EventFilter) -> QuerySet[AdverseEvent]:
    names = ("device", "version", "seriousness", "way", "site", "number")
    exact = {name: getattr(wanted, name) for name in names}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.code:
        rows = _coded(rows, wanted.code)
    if wanted.late:
        named = Concat(Value(subject_of("")), OuterRef("number"))
        rows = rows.filter(Exists(MissedLimit.objects.filter(subject=named)))
    if wanted.held:
        rows = rows.filter(documents__narrative__held=True).distinct()
    if wanted.unplaced:
        rows = rows.filter(device="")
    if wanted.received_since:
        rows = rows.filter(received_on__gte=wanted.received_since)
    return rows.filter(changed_at__gte=wanted.changed_since) if wanted.changed_since else rows


def _coded(rows: QuerySet[AdverseEvent], code: str) -> QuerySet[AdverseEvent]:
    """Events that carry a code or a narrower one.

    Why in the database, by how a code is written: reading every row for a prefix took a third of a second.
    """
    if not code.isalnum():
        return rows.none()
    told = {f"{name}_text": Cast(name, TextField()) for name in CODED}
    fits = (Q(**{f"{name}__contains": f'"code": "{code}'}) for name in told)
    return rows.alias(**told).filter(reduce(or_, fits))


def _in_state(rows: QuerySet[AdverseEvent], state: str | None) -> QuerySet[AdverseEvent]:
    if not state:
        return rows
    if state in (OPEN, CLOSED):
        chosen = ADVERSE_EVENT.open_states if state == OPEN else ADVERSE_EVENT.closed
        return rows.filter(Q(state__in=chosen))
    return rows.filter(state=state)


def _by_state(rows: QuerySet[AdverseEvent]) -> dict[str, int]:
    counted = rows.order_by("state").values("state").annotate(n=Count("id", distinct=True))
    found = {row["state"]: row["n"] for row in counted}
    return {state: found.get(state, 0) for state in ADVERSE_EVENT.states}
