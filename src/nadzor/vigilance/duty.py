# SPDX-License-Identifier: Apache-2.0
"""Who is on duty, which alerts stand, and by when one is to be acknowledged."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.law.load import norm
from nadzor.law.norm import Norm, NormMissing
from nadzor.people.queries import Person
from nadzor.vigilance.event_cards import AlertCard
from nadzor.vigilance.event_permissions import is_desk
from nadzor.vigilance.event_rows import alert_card
from nadzor.vigilance.models import Alert, DutyDay

TARGET: Final = "vigilance.alert_acknowledgement"
_HEAD: Final = Text(ru="руководитель", en="the head")


class Officer(Struct, frozen=True):
    """Whom an alert goes to: an account and its role; without an account, whoever is head."""

    username: str
    role: str

    @property
    def said(self) -> Text:
        """How a notice names the officer."""
        return Text(self.username, self.username) if self.username else _HEAD


class DutyCard(Struct, frozen=True):
    """One day of the roster."""

    day: date
    username: str
    role: str


def on_duty(day: date) -> Officer:
    """Who is on duty on a day of Moscow, a holiday like any other; a day nobody is set for is the head's."""
    row = DutyDay.objects.filter(day=day).first()
    return Officer(row.username, row.role) if row else Officer("", "head")


def roster(since: date, until: date) -> tuple[DutyCard, ...]:
    """The days somebody is set for, both ends included."""
    rows = DutyDay.objects.filter(day__gte=since, day__lte=until)
    return tuple(DutyCard(row.day, row.username, row.role) for row in rows)


def standing_alerts(person: Person | None) -> tuple[AlertCard, ...]:
    """Alerts nobody has acknowledged yet, oldest first; the desk alone sees them."""
    if not is_desk(person):
        return ()
    rows = Alert.objects.filter(acknowledged_at=None).select_related("event").order_by("raised_at", "id")
    return tuple(map(alert_card, rows))


def target(day: date) -> Norm | None:
    """The house's own target of acknowledging an alert, if one is in force.  Units: hours."""
    try:
        return norm(TARGET, day)
    except NormMissing:
        return None


def acknowledge_by(raised_at: datetime, day: date) -> datetime | None:
    """By when an alert is to be acknowledged; without a target, at no time."""
    found = target(day)
    return raised_at + timedelta(hours=found.number) if found else None
