# SPDX-License-Identifier: Apache-2.0
"""The ledger of lateness of the events on file: of all a person may see, by device, by maker."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import asdict

from nadzor.people.queries import Person
from nadzor.register import queries as register
from nadzor.vigilance.event_scope import Wanted, in_scope
from nadzor.vigilance.lateness import Days, Lateness, by_key, lateness

UNLINKED = ""  # the key of reports whose device the register does not know


class Group(Struct, frozen=True):
    """The ledger of one device or one maker; the code is empty where the register knows no device."""

    code: str
    lateness: Lateness


class Ledger(Lateness, frozen=True, kw_only=True):
    """The ledger of all, and of each device and maker, those with the most reports first."""

    by_device: tuple[Group, ...]
    by_maker: tuple[Group, ...]


def ledger(person: Person | None, wanted: Wanted | None = None) -> Ledger:
    """How late the reports were that a person may see."""
    rows = in_scope(person, wanted or Wanted())
    told = [
        (device, Days(*days))
        for device, *days in rows.values_list("device", "event_on", "aware_on", "received_on").iterator()
    ]
    makers = {card.code: card.maker.code for card in register.devices()}
    return Ledger(
        by_device=_groups(told),
        by_maker=_groups([(makers.get(device, UNLINKED), days) for device, days in told]),
        **asdict(lateness(days for _, days in told)),
    )


def _groups(told: list[tuple[str, Days]]) -> tuple[Group, ...]:
    found = [Group(code, one) for code, one in by_key(told).items()]
    return tuple(sorted(found, key=lambda group: (-group.lateness.n, group.code)))
