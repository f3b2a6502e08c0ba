# SPDX-License-Identifier: Apache-2.0
"""Keep details of readings from an owner while an inspection is under way: the head, for a bounded time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.people.permissions import must_decide
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.records.models import AccessDeferral
from nadzor.register import authority
from nadzor.register.models import Device

TERM: Final = "access.deferral"
AFFAIR: Final = "access.affair"
BECAUSE_MAX: Final = 500
_SITE: Final = re.compile(r"s-[a-z2-7]{12}")


class Wish(Struct, frozen=True, kw_only=True):
    """Over whose readings: a device or a site, one of both; for how many days; why."""

    device: str = ""
    site: str = ""
    days: int
    because: str


def term_of(key: str, now: datetime) -> timedelta | None:
    """A term of the house in force today, or None."""
    try:
        return timedelta(norm(key, moscow_date(now)).number)
    except NormMissing:
        return None


@transaction.atomic
def defer_access(wish: Wish, *, by: Person | None, now: datetime) -> int:
    """Place a deferral and return its number; the owner sees at once that one stands, and until when.

    Raises: Refusal people.head-only, deferral.owner, deferral.because, deferral.no-norm, deferral.days,
    deferral.standing, filing.interest.
    """
    must_decide(by)
    assert by is not None
    _must_be_owner(wish, by)
    longest = term_of(TERM, now)
    if not wish.because.strip():
        raise Refusal("deferral.because", "$.because")
    if longest is None:
        raise Refusal("deferral.no-norm")
    if not 0 < wish.days <= longest.days:
        raise Refusal("deferral.days", "$.days", limit=longest.days)
    if AccessDeferral.objects.filter(
        device=wish.device, site=wish.site, ended_at=None, until__gt=now
    ).exists():
        raise Refusal("deferral.standing")
    row = AccessDeferral.objects.create(
        device=wish.device, site=wish.site, until=now + timedelta(wish.days), placed_by=by.username,
        because=wish.because.strip()[:BECAUSE_MAX], placed_at=now,
    )  # fmt: skip
    audit.record(
        "records.deferral.place", f"deferral {row.pk}", by=by.username, because=row.because, now=now,
        device=wish.device, site=wish.site, until=row.until,
    )  # fmt: skip
    return int(row.pk)


@transaction.atomic
def end_deferral(id: int, *, by: Person | None, now: datetime) -> None:
    """End a deferral before its time.

    Raises: Refusal people.head-only, deferral.unknown, deferral.over.
    """
    must_decide(by)
    assert by is not None
    row = AccessDeferral.objects.select_for_update().filter(pk=id).first()
    if row is None:
        raise Refusal("deferral.unknown")
    if row.ended_at is not None or row.until <= now:
        raise Refusal("deferral.over")
    row.ended_by, row.ended_at = by.username, now
    row.save(update_fields=["ended_by", "ended_at"])
    audit.record("records.deferral.end", f"deferral {id}", by=by.username, because="ended early", now=now)


def _must_be_owner(wish: Wish, by: Person) -> None:
    """A device that is there, or what looks like a site; and no affair of one's own."""
    if bool(wish.device) == bool(wish.site):
        raise Refusal("deferral.owner", "$.device")
    if wish.site and not _SITE.fullmatch(wish.site):
        raise Refusal("deferral.owner", "$.site")
    maker = Device.objects.filter(code=wish.device).values_list("maker__code", flat=True).first()
    if wish.device and maker is None:
        raise Refusal("register.device-unknown", "$.device")
    if maker and authority.interested(by.username, {maker}):
        raise Refusal("filing.interest")
