# SPDX-License-Identifier: Apache-2.0
"""What a yearly report takes from tables: events of the year, signals and cases, devices of the same kind."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db.models import Q

from nadzor.base.clock import moscow_date
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.register.models import Filing
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.models import AdverseEvent, Signal
from nadzor.vigilance.monitoring_figures import EventFact, Followed, Others

#: An event that is another one, that nobody confirmed, or that was declined is not counted.
UNCOUNTED: Final = ("noticed", "unconfirmed", "duplicate", "declined")
CASES: Final = ("case", "suspension")


def event_facts(device: str, first: date, after: date, *, known_by: date) -> list[EventFact]:
    """The events of a device in a year, by the day they happened or, where nobody knows it, were received."""
    rows = _events(first, after, known_by).filter(device=device)
    return [
        EventFact(
            number=row.number, seriousness=row.seriousness, version=row.version,
            codes=tuple(sorted({_code(told) for told in row.problems})),
        )
        for row in rows.order_by("number")
    ]  # fmt: skip


def followed_facts(device: str, first: date, after: date) -> list[Followed]:
    """Signals raised and cases opened in a year, as far as the device's maker was told of them."""
    raised = [
        Followed(kind="signal", number=str(row.pk), state=row.state)
        for row in Signal.objects.filter(device=device).order_by("pk")
        if first <= moscow_date(row.raised_at) < after
    ]
    cases = Filing.objects.filter(
        device__code=device, procedure__in=CASES, filed_on__gte=first, filed_on__lt=after
    )
    told = [Followed(kind="case", number=row.number, state=row.state) for row in cases.order_by("number")]
    return [*raised, *told]


def other_facts(card: DeviceCard, rollups: Rollups, first: date, after: date, *, known_by: date) -> Others:
    """Devices of the same field and kind of solution, without this one's maker."""
    like = [
        each
        for each in register.devices()
        if (each.field, each.solution_type) == (card.field, card.solution_type)
        and each.maker.code != card.maker.code
        and each.status != "draft"
    ]
    codes = sorted(each.code for each in like)
    days = {"since": first, "until": after}
    processed = rollups.known_on(known_by).total("processed", device=codes, **days) if codes else 0
    events = _events(first, after, known_by).filter(device__in=codes).count() if codes else 0
    makers = len({each.maker.code for each in like})
    return Others(devices=len(codes), makers=makers, processed=processed, events=events)


def _events(first: date, after: date, known_by: date) -> Any:
    happened = Q(event_on__gte=first, event_on__lt=after)
    received = Q(event_on=None, received_on__gte=first, received_on__lt=after)
    rows = AdverseEvent.objects.filter(happened | received).exclude(state__in=UNCOUNTED)
    return rows.filter(Q(received_on=None) | Q(received_on__lte=known_by), leading=None)


def _code(told: dict[str, str]) -> str:
    return f"{told.get('code', '')} {told.get('edition', '')}".strip()
