# SPDX-License-Identifier: Apache-2.0
"""What the asker may see: which devices, and their names."""

from __future__ import annotations

from django.http import HttpRequest
from msgspec import Struct

from nadzor.people.permissions import may_read_every_device
from nadzor.people.queries import Person
from nadzor.portal.frame import person_of
from nadzor.register import queries
from nadzor.register.cards import DeviceCard


class Scope(Struct, frozen=True):
    """The devices a person may read, by code; `codes` is None when that is all of them."""

    person: Person | None
    devices: dict[str, DeviceCard]
    codes: frozenset[str] | None

    def name(self, code: str, language: str) -> str:
        """A device's name; a code that left the register stands for itself."""
        return self.devices[code].name(language) if code in self.devices else code


def scope_of(request: HttpRequest) -> Scope:
    """The asker's scope; read once a request."""
    if not hasattr(request, "nadzor_scope"):
        who = person_of(request)
        cards = {card.code: card for card in queries.readable(who)}
        request.nadzor_scope = Scope(  # type: ignore[attr-defined]
            who, cards, None if may_read_every_device(who) else frozenset(cards)
        )
    found: Scope = request.nadzor_scope  # type: ignore[attr-defined]
    return found
