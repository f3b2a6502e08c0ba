# SPDX-License-Identifier: Apache-2.0
"""Questions about draft devices: what a maker tries out before anything is filed. Nobody else sees them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from nadzor.base.problems import Refusal, Text
from nadzor.people.permissions import may_issue_token
from nadzor.people.queries import Person
from nadzor.register.cards import InstallationCard
from nadzor.register.models import Device
from nadzor.register.queries import installation_card

DRAFT = "draft"


class DraftCard(Struct, frozen=True):
    """A draft device and the test benches enrolled for it."""

    code: str
    name: Text
    modality: str
    maker: str
    opened_at: datetime
    installations: tuple[InstallationCard, ...]


def drafts(person: Person | None) -> list[DraftCard]:
    """The drafts of the makers for whom a person may invite installations, newest first."""
    rows = Device.objects.filter(status=DRAFT).select_related("maker").order_by("-changed_at")
    rows = rows.prefetch_related("installations__keys", "installations__device")
    return [_card(row) for row in rows if may_issue_token(person, maker=row.maker.code)]


def draft(person: Person | None, code: str) -> DraftCard:
    """One draft.

    Raises: Refusal register.device-unknown, also for somebody else's.
    """
    for found in drafts(person):
        if found.code == code:
            return found
    raise Refusal("register.device-unknown")


def _card(row: Device) -> DraftCard:
    benches = tuple(installation_card(one) for one in row.installations.all())
    name = Text(row.name_ru, row.name_en)
    return DraftCard(row.code, name, row.modality, row.maker.code, row.changed_at, benches)
