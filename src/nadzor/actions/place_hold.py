# SPDX-License-Identifier: Apache-2.0
"""Keep a device's or an installation's months from being destroyed, and let them go again: the head."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.opening_rows import DESTRUCTION, acts_as_head, grounds_beside_site, today_of
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.records.models import LegalHold

_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Kept(Struct, frozen=True, kw_only=True):
    """What is to be kept: of a device or of an installation, in which months; empty: without an end."""

    because: str
    device: str = ""
    installation: str = ""
    first_month: str = ""
    last_month: str = ""
    about: str = ""


@transaction.atomic
def place_hold(kept: Kept, *, by: Person | None, now: datetime) -> int:
    """Place a hold and return its number.

    Why no look at the register: what is to be kept may be gone from it already.
    Raises: Refusal people.head-only, hold.scope, hold.months, vault.because, vault.because-personal,
    letter.names-clinic.
    """
    head = _head(by, now)
    if bool(kept.device) == bool(kept.installation) or not _CODE.fullmatch(kept.device or kept.installation):
        raise Refusal("hold.scope", "$.device")
    months = [month for month in (kept.first_month, kept.last_month) if month]
    if not all(map(_MONTH.fullmatch, months)) or months != sorted(months):
        raise Refusal("hold.months", "$.first_month")
    row = LegalHold.objects.create(
        device=kept.device, installation=kept.installation, first_month=kept.first_month,
        last_month=kept.last_month, about=kept.about.strip()[:120], because=grounds_beside_site(kept.because),
        placed_by=head.username, placed_at=now,
    )  # fmt: skip
    audit.record(
        "records.hold.place", f"hold {row.pk}", by=head.username, because=row.because, now=now,
        device=row.device, installation=row.installation, first=row.first_month, last=row.last_month,
        about=row.about,
    )  # fmt: skip
    return int(row.pk)


@transaction.atomic
def lift_hold(id: int, *, because: str, by: Person | None, now: datetime) -> None:
    """End a hold; one that was lifted stays lifted.

    Raises: Refusal people.head-only, hold.unknown, vault.because, vault.because-personal,
    letter.names-clinic.
    """
    head, words = _head(by, now), grounds_beside_site(because)
    if not LegalHold.objects.filter(pk=id).exists():
        raise Refusal("hold.unknown")
    told = {"lifted_by": head.username, "lifted_at": now, "lifted_because": words}
    if LegalHold.objects.filter(pk=id, lifted_at=None).update(**told):
        audit.record("records.hold.lift", f"hold {id}", by=head.username, because=words, now=now)


def _head(by: Person | None, now: datetime) -> Person:
    if by is None or not acts_as_head(by, on=today_of(now), matter=DESTRUCTION):
        raise Refusal("people.head-only")
    return by
