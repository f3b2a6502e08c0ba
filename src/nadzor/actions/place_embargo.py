# SPDX-License-Identifier: Apache-2.0
"""Keep details of a weak spot from the public for a time, end that early, note what ended by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.law.load import norm
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.records.embargoes import DETAILS
from nadzor.records.models import Embargo
from nadzor.register.authority import must_act_for_head, must_be_disinterested, parties_of
from nadzor.register.queries import device
from nadzor.vigilance.models import AdverseEvent, PublicNotice

MATTER: Final = "notice"
ONE_DAY: Final = timedelta(days=1)
GROUNDS_MAX: Final = 500
GRAVE: Final = ("threat", "death")  # what endangers life is kept from nobody


class Hiding(Struct, frozen=True, kw_only=True):
    """What is kept back: of a device, of one version or all, which details, about what, until when, why."""

    device: str
    version: str = ""
    hides: tuple[str, ...]
    about: str = ""
    until: datetime
    because: str


@transaction.atomic
def place_embargo(hiding: Hiding, *, by: Person | None, now: datetime) -> int:
    """Place an embargo and return its id.  It hides from the public alone: letters to clinics stay whole.

    Raises: Refusal people.head-only, filing.no-delegation, filing.interest, register.device-unknown,
    embargo.details, embargo.until, embargo.grounds, embargo.danger; NormMissing without a longest time.
    """
    must_act_for_head(by, MATTER, on=moscow_date(now))
    device(hiding.device)
    must_be_disinterested(by, parties_of(hiding.device))
    _must_be_sound(hiding, now=now)
    row = Embargo.objects.create(
        device=hiding.device, version=hiding.version.strip()[:60], hides=sorted(set(hiding.hides)),
        about=hiding.about.strip()[:120], because=hiding.because.strip(), placed_at=now, until=hiding.until,
        placed_by=by.username if by else "",
    )  # fmt: skip
    audit.record(
        "records.embargo.place", f"device {row.device}", by=row.placed_by, now=now, because=row.because,
        embargo=row.pk, version=row.version, hides=row.hides, until=row.until,
    )  # fmt: skip
    _touch(row, now=now)
    return int(row.pk)


@transaction.atomic
def end_embargo(id: int, *, because: str, by: Person | None, now: datetime) -> None:
    """End an embargo before its time; one that has ended stays ended.

    Raises: Refusal people.head-only, filing.no-delegation, filing.interest, embargo.unknown, embargo.grounds.
    """
    must_act_for_head(by, MATTER, on=moscow_date(now))
    row = Embargo.objects.select_for_update().filter(pk=id).first()
    if row is None:
        raise Refusal("embargo.unknown")
    must_be_disinterested(by, parties_of(row.device))
    if not because.strip() or len(because) > GROUNDS_MAX:
        raise Refusal("embargo.grounds", limit=GROUNDS_MAX)
    if row.ended_at is None and row.until > now:
        _end(row, because=because.strip(), by=by.username if by else "", at=now, now=now)


@transaction.atomic
def note_ended(*, now: datetime) -> int:
    """Write down the embargoes whose time is over, so that who follows the notices hears of them again."""
    over = list(Embargo.objects.select_for_update().filter(ended_at=None, until__lte=now))
    for row in over:
        _end(row, because="its time is over", by="house", at=row.until, now=now)
    return len(over)


def longest_until(now: datetime) -> datetime:
    """The last moment until which an embargo placed now may hold.

    Raises: NormMissing without a longest time in force.
    """
    return now + norm("embargo.longest", moscow_date(now)).number * ONE_DAY


def _must_be_sound(hiding: Hiding, *, now: datetime) -> None:
    if not hiding.hides or set(hiding.hides) - set(DETAILS):
        raise Refusal("embargo.details", "$.hides", details=", ".join(DETAILS))
    latest = longest_until(now)
    if not now < hiding.until <= latest:
        raise Refusal("embargo.until", "$.until", latest=latest.date().isoformat())
    if not hiding.because.strip() or len(hiding.because) > GROUNDS_MAX:
        raise Refusal("embargo.grounds", "$.because", limit=GROUNDS_MAX)
    number = hiding.about.removeprefix("event ").strip()
    if AdverseEvent.objects.filter(number=number, seriousness__in=GRAVE).exists():
        raise Refusal("embargo.danger", "$.about")


def _end(row: Embargo, *, because: str, by: str, at: datetime, now: datetime) -> None:
    row.ended_at, row.ended_by, row.end_because = at, by, because
    row.save(update_fields=["ended_at", "ended_by", "end_because"])
    audit.record(
        "records.embargo.end", f"device {row.device}", by=by, now=now, because=because, embargo=row.pk
    )
    _touch(row, now=now)


def _touch(row: Embargo, *, now: datetime) -> None:
    """The public notices of the device read differently from now on."""
    PublicNotice.objects.filter(device=row.device).update(changed_at=now)
