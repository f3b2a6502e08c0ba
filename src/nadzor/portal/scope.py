# SPDX-License-Identifier: Apache-2.0
"""What the asker may see: which devices, and their names."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.people.permissions import may_read_every_device
from nadzor.people.queries import Person
from nadzor.portal.frame import person_of
from nadzor.portal.words import language
from nadzor.register import queries
from nadzor.register.cards import DeviceCard


class Scope(Struct, frozen=True):
    """The devices a person may read, by code; `codes` is None when that is all of them."""

    person: Person | None
    devices: dict[str, DeviceCard]
    codes: frozenset[str] | None
    findings: dict[str, dict[str, str]]

    def labels(self, code: str) -> dict[str, str]:
        """Names of a device's findings."""
        return self.findings.get(code, {})

    def name(self, code: str, language: str) -> str:
        """A device's name; a code that left the register stands for itself, no code for all devices."""
        if not code:
            return _("All devices")
        return self.devices[code].name(language) if code in self.devices else code


def scope_of(request: HttpRequest) -> Scope:
    """The asker's scope; read once a request."""
    if not hasattr(request, "nadzor_scope"):
        who = person_of(request)
        cards = {card.code: card for card in queries.readable(who)}
        codes = None if may_read_every_device(who) else frozenset(cards)
        request.nadzor_scope = Scope(who, cards, codes, _findings())  # type: ignore[attr-defined]
    found: Scope = request.nadzor_scope  # type: ignore[attr-defined]
    return found


def _findings() -> dict[str, dict[str, str]]:
    """Names of findings in this language, by device."""
    found: dict[str, dict[str, str]] = {}
    for claim in queries.claims():
        found.setdefault(claim.device, {})[claim.finding] = claim.label(language())
    return found
