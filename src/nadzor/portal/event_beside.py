# SPDX-License-Identifier: Apache-2.0
"""What surrounds an event: ways to versions, signals and rows of its days, for those who read operation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.people.queries import Person
from nadzor.portal.sheets import Table
from nadzor.vigilance.event_cards import EventCard, EventRow
from nadzor.vigilance.event_permissions import SIDE, sees_every_event

AROUND: Final = timedelta(weeks=4)


class Beside(Struct, frozen=True, kw_only=True):
    """The telemetry of the days around the event, and similar reports with their rates."""

    ways: Sequence[tuple[str, str]]
    said: Sequence[str]
    similar: Table | None = None


def beside(card: EventCard, who: Person | None) -> Beside | None:
    """Nothing for an event without a device, and for whoever reads no operation figures."""
    row = card.row
    reads = sees_every_event(who) or (who is not None and who.role in SIDE)
    if not row.device or not reads:
        return None
    return Beside(
        ways=ways(row), said=[_("Beside is not because: what stands in the same weeks may be chance.")]
    )


def ways(row: EventRow) -> list[tuple[str, str]]:
    """Where the figures of those days are."""
    found = [
        (_("Versions of the device"), reverse("versions", args=[row.device])),
        (
            _("Signals of the device"),
            f"{reverse('signals')}?{urlencode({'device': row.device, 'state': 'all'})}",
        ),
    ]
    day = row.event_on or row.aware_on
    return [(_("Rows of four weeks around the day"), rows_address(row, day)), *found] if day else found


def rows_address(row: EventRow, day: date) -> str:
    """The page of the rows behind the figures around a day."""
    asked = {
        "measure": "studies",
        "version": row.version,
        "site": row.site,
        "first": (day - AROUND).isoformat(),
        "after": (day + AROUND).isoformat(),
    }
    query = urlencode({key: text for key, text in asked.items() if text})
    return f"{reverse('trace', args=[row.device])}?{query}"
