# SPDX-License-Identifier: Apache-2.0
"""Questions to the pairs of events that may be one: what waits for a person, and what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Q
from msgspec import Struct

from nadzor.people.queries import Person
from nadzor.vigilance.event_scope import sees_sites
from nadzor.vigilance.models import AdverseEvent, LikelySame

PAGE_MAX = 200


class Side(Struct, frozen=True, kw_only=True):
    """One of two events, as they are laid side by side."""

    number: str
    way: str
    state: str
    device: str
    device_told: str
    version: str
    event_on: date | None
    aware_on: date | None
    received_on: date | None
    event_type: str
    problems: tuple[str, ...]
    effects: tuple[str, ...]
    reporter_role: str


class LikelyCard(Struct, frozen=True, kw_only=True):
    """Two events that may be one.  Units: weight in bits, probability 0..1; `said` is empty until judged."""

    id: int
    first: Side
    second: Side
    cluster: str
    weight: float
    probability: float
    compared: Mapping[str, str]
    found_at: datetime
    said: str
    because: str
    said_by: str
    said_at: datetime | None


def likely_pairs(
    person: Person | None, *, number: str = "", waiting: bool = True, limit: int = PAGE_MAX
) -> tuple[LikelyCard, ...]:
    """Pairs for the regulator's people, the likeliest first; of one event, or those nobody has judged.

    Why nobody else: a pair tells a maker or a clinic of an event that is another's.
    """
    if not sees_sites(person):
        return ()
    rows = LikelySame.objects.select_related("first", "second")
    if number:
        rows = rows.filter(Q(first__number=number) | Q(second__number=number))
    if waiting:
        rows = rows.filter(said="")
    return tuple(map(_card, rows[: max(1, min(limit, PAGE_MAX))]))


def waiting_pairs(person: Person | None) -> int:
    """How many pairs wait for a person."""
    return LikelySame.objects.filter(said="").count() if sees_sites(person) else 0


def _card(row: LikelySame) -> LikelyCard:
    return LikelyCard(
        id=row.pk, first=_side(row.first), second=_side(row.second), cluster=row.cluster, weight=row.weight,
        probability=row.probability, compared=row.compared, found_at=row.found_at, said=row.said,
        because=row.because, said_by=row.said_by, said_at=row.said_at,
    )  # fmt: skip


def _side(row: AdverseEvent) -> Side:
    return Side(
        number=row.number, way=row.way, state=row.state, device=row.device, device_told=row.device_told,
        version=row.version, event_on=row.event_on, aware_on=row.aware_on, received_on=row.received_on,
        event_type=row.event_type, problems=tuple(each["code"] for each in row.problems),
        effects=tuple(each["code"] for each in row.effects), reporter_role=row.reporter_role,
    )  # fmt: skip
