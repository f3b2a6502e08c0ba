# SPDX-License-Identifier: Apache-2.0
"""Which events a person may count, compare and take away: those they may see, and at the console all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet
from msgspec import Struct

from nadzor.people.queries import Person
from nadzor.procedures.adverse_event import DECLINED, UNCONFIRMED
from nadzor.vigilance.event_permissions import sees_every_event
from nadzor.vigilance.events import visible
from nadzor.vigilance.models import AdverseEvent


class Wanted(Struct, frozen=True, kw_only=True):
    """Which events: one by its number, of a device, received from a day on (an unknown day is left out)."""

    device: str = ""
    since: date | None = None
    way: str = ""
    number: str = ""
    states: Collection[str] = ()


def in_scope(person: Person | None, wanted: Wanted) -> QuerySet[AdverseEvent]:
    """The events somebody may reckon with, in the order of their filing.

    Why: what the public said and nobody confirmed, and what was declined, are not counted unless asked for.
    """
    at_console = person is not None and person.at_console
    rows = AdverseEvent.objects.all() if at_console else visible(person)
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    else:
        rows = rows.exclude(state__in=(UNCONFIRMED, DECLINED))
    exact = {"device": wanted.device, "way": wanted.way, "number": wanted.number}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.since:
        rows = rows.filter(received_on__gte=wanted.since)
    return rows.order_by("id")


def sees_sites(person: Person | None) -> bool:
    """Whether a person reads at which site an event lies."""
    return sees_every_event(person) or (person is not None and person.at_console)
