# SPDX-License-Identifier: Apache-2.0
"""Throw a draft device away: a stone stays, and its address says that it is gone."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.say_gone import gone
from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_issue_token
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.records.tombstones import Buried, bury, digest_of, stones
from nadzor.register.drafts import DRAFT, DraftCard, draft
from nadzor.register.models import Device, EnrolmentToken

BECAUSE: Final = "thrown away by its maker"
STONES_MAX: Final = 1000  # the newest are looked through; who asks for an older one hears that there is none


@transaction.atomic
def discard_draft(device: str, *, by: Person | None, now: datetime) -> None:
    """Delete a draft at which no test bench has enrolled, with the tokens given out for it.

    Why no bench: what a bench has sent lies signed in the log of test streams, and its keys stay with it.
    Raises: Refusal register.device-unknown, also for somebody else's; draft.has-benches; records.gone.
    """
    card = found_draft(by, device)
    row = Device.objects.select_for_update().get(code=device, status=DRAFT)
    if row.installations.exists():
        raise Refusal("draft.has-benches")
    EnrolmentToken.objects.filter(device=row).delete()
    row.delete()
    told = {"code": card.code, "maker": card.maker, "name": [card.name.ru, card.name.en]}
    doer = by.username if by else ""
    stone = Buried(kind=DRAFT, object=f"{card.maker} {card.code}", digest=digest_of(**told))
    bury(stone, because=BECAUSE, by=doer, now=now)
    audit.record("register.draft.discard", device, by=doer, because=BECAUSE, now=now, maker=card.maker)


def found_draft(by: Person | None, device: str) -> DraftCard:
    """A draft; one that was thrown away is said to be gone to whoever could have seen it.

    Raises: Refusal register.device-unknown, also for somebody else's; records.gone.
    """
    try:
        return draft(by, device)
    except Refusal:
        for stone in stones(kind=DRAFT, limit=STONES_MAX):
            maker, _, code = stone.object.rpartition(" ")
            if code == device and may_issue_token(by, maker=maker):
                raise gone(stone) from None
        raise
