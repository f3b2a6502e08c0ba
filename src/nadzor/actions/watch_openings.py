# SPDX-License-Identifier: Apache-2.0
"""Watch the vault: requests lapse, openings end, missed reviews are told, clinics learn who was behind.

Clinics are told on the day after an opening has ended, all of one run together, by one text: a letter that
lay beside the minute of a look would tell whose site it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.opening_rows import note, tell
from nadzor.actions.relay_to_site import relay_to_sites
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Text
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.records.models import VaultOpening
from nadzor.records.openings import ENDED, is_deferred, over

TOLD: Final = "vault.opening.told"
ESCALATED: Final = "vault.opening.escalate"
SUBJECT: Final = "vault"


class Watched(Struct, frozen=True, kw_only=True):
    """What one look did."""

    ended: int = 0
    escalated: int = 0
    told: int = 0

    @property
    def did(self) -> bool:
        """Whether anything was written."""
        return any((self.ended, self.escalated, self.told))


def watch_openings(home: Home, *, now: datetime) -> Watched:
    """One look; a second one at the same moment does nothing."""
    return Watched(ended=_end(now), escalated=_escalate(now), told=_tell_clinics(home, now))


@transaction.atomic
def _end(now: datetime) -> int:
    """Write down what has ended by itself."""
    rows = list(VaultOpening.objects.select_for_update().filter(over(now)))
    for row in rows:
        was_asked = row.state == "asked"
        row.state = "lapsed" if was_asked else "closed"
        row.closed_at = None if was_asked else row.expires_at
        row.save(update_fields=["state", "closed_at"])
        note("lapse" if was_asked else "expire", row.pk, by=None, because="its time was over", now=now)
    return len(rows)


@transaction.atomic
def _escalate(now: datetime) -> int:
    """Tell head and auditor, once, of a broken glass that nobody reviewed in time."""
    today = moscow_date(now)
    late = VaultOpening.objects.filter(kind="break_glass", finding="", review_due__lt=today)
    rows = [row for row in late if not audit.entries(object=f"vault {row.pk}", verb=ESCALATED, limit=1)]
    for row in rows:
        tell(Role.HEAD, Role.AUDITOR, id=row.pk, text=_LATE, now=now)
        note("escalate", row.pk, by=None, because="the review is late", now=now, due=str(row.review_due))
    return len(rows)


@transaction.atomic
def _tell_clinics(home: Home, now: datetime) -> int:
    """Tell the clinics of openings that ended before today; a deferral of the head holds theirs up."""
    rows = [row for row in _ended_before_today(now) if not _is_told(row)]
    ready = [row for row in rows if not any(is_deferred(site, now=now) for site in _sites(row))]
    sites = {site for row in ready for site in _sites(row)}
    if not sites:
        return 0
    reached = relay_to_sites(home, sites, subject=SUBJECT, text=LETTER, now=now)
    for row in ready:
        note("told", row.pk, by=None, because="its time was over", now=now, sites=len(_sites(row)))
    return len(reached)


def _ended_before_today(now: datetime) -> Iterable[VaultOpening]:
    today = moscow_date(now)
    rows = VaultOpening.objects.filter(state__in=ENDED, looks__isnull=False).distinct().order_by("id")
    return [row for row in rows if row.closed_at and moscow_date(row.closed_at) < today]


def _is_told(row: VaultOpening) -> bool:
    return bool(audit.entries(object=f"vault {row.pk}", verb=TOLD, limit=1))


def _sites(row: VaultOpening) -> set[str]:
    return set(row.looks.values_list("site", flat=True))  # type: ignore[attr-defined]


LETTER: Final = Text(
    ru="Регулятор открыл хранилище и узнал, какая организация стоит за вашей площадкой. "
    "Когда, с какой целью и кто по должности, написано на странице «Кто читал наши данные».",
    en="The regulator opened the vault and learned which organisation is behind your site. "
    "When, for what purpose and which roles, the page “Who read our data” says.",
)
_LATE: Final = Text(
    ru="Открытие хранилища одним лицом не проверено в срок.",
    en="An opening of the vault by one person was not reviewed in time.",
)
