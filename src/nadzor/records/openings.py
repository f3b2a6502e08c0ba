# SPDX-License-Identifier: Apache-2.0
"""Openings of the vault as structs: what was asked, by whom, what was looked at, what a clinic is told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db.models import Q
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.records.models import AccessDeferral, VaultLook, VaultOpening
from nadzor.records.opening_rules import Clock, Parties, may_see_openings, state_at
from nadzor.records.who import Who

ENDED: Final = frozenset({"closed", "reviewed"})


class Look(Struct, frozen=True):
    """One site unsealed: which, who saw it, in which role, when."""

    site: str
    by: str
    role: str
    at: datetime


class OpeningCard(Struct, frozen=True, kw_only=True):
    """One opening as the desk sees it; it names no clinic.  `month` where a sealed month was asked for."""

    id: int
    kind: str
    purpose: str
    because: str
    about: str
    month: str
    sites: tuple[str, ...]
    state: str
    asked_by: str
    asked_role: str
    asked_at: datetime
    lapses_at: datetime
    decided_by: str
    decided_role: str
    decided_at: datetime | None
    decided_because: str
    opened_at: datetime | None
    expires_at: datetime | None
    closed_at: datetime | None
    review_due: date | None
    reviewed_by: str
    reviewed_at: datetime | None
    finding: str
    review_because: str
    looks: tuple[Look, ...]

    @property
    def waits(self) -> bool:
        """Whether somebody has something to do with it."""
        return self.state in {"asked", "open"} or self.waits_for_review

    @property
    def waits_for_review(self) -> bool:
        """Whether the glass was broken and nobody has judged it yet."""
        return self.kind == "break_glass" and not self.finding and self.state in ENDED


class SiteOpening(Struct, frozen=True, kw_only=True):
    """One look at a site, as its clinic may learn of it.

    While the opening runs, or a deferral stands, only that it happened is told: `at` is None and the rest
    empty.  `people` are the two accounts (asked, decided): for a role number, never to be shown themselves.
    """

    opening: int
    on: date
    at: datetime | None = None
    kind: str = ""
    purpose: str = ""
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    because: str = ""
    finding: str = ""


def openings(person: Who | None, *, now: datetime, limit: int = 200) -> tuple[OpeningCard, ...]:
    """Openings, newest first; those that wait for somebody stand before the others.

    Raises: Refusal vault.not-yours.
    """
    _must_see(person)
    cards = [card(row, now) for row in VaultOpening.objects.prefetch_related("looks")[:limit]]
    return tuple(sorted(cards, key=lambda one: not one.waits))


def opening(person: Who | None, id: int, *, now: datetime) -> OpeningCard:
    """One opening.

    Raises: Refusal vault.not-yours, vault.opening-unknown.
    """
    _must_see(person)
    row = VaultOpening.objects.filter(pk=id).first()
    if row is None:
        raise Refusal("vault.opening-unknown")
    return card(row, now)


def openings_of_site(site: str, *, now: datetime) -> tuple[SiteOpening, ...]:
    """Every look at a site, newest first: each at once by its day, in full when the opening has ended.

    Why: the owner counts at once; what an inquiry is after is told when it is over, or a head's bounded
    deferral has run out.
    """
    rows = VaultLook.objects.filter(site=site).select_related("opening").order_by("-id")
    hidden = is_deferred(site, now=now)
    return tuple(_told(row, hidden=hidden, now=now) for row in rows)


def is_deferred(site: str, *, now: datetime) -> bool:
    """Whether the head keeps details from a site's clinic at a moment."""
    standing = AccessDeferral.objects.filter(site=site, ended_at=None, until__gt=now)
    return bool(standing.exists())


def parties_of(row: VaultOpening) -> Parties:
    """The people of a row."""
    return Parties(
        asked_by=row.asked_by, decided_by=row.decided_by, asked_as_head=row.asked_role == "head"
    )  # fmt: skip


def live_state(row: VaultOpening, now: datetime) -> str:
    """The state of a row at a moment."""
    return state_at(Clock(state=row.state, lapses_at=row.lapses_at, expires_at=row.expires_at), now)


def over(now: datetime) -> Q:
    """Rows whose time has come, while nobody has written it down."""
    return Q(state="asked", lapses_at__lte=now) | Q(state="open", expires_at__lte=now)


def card(row: VaultOpening, now: datetime) -> OpeningCard:
    """The struct of a row, in the state of a moment."""
    state = live_state(row, now)
    return OpeningCard(
        id=row.pk, kind=row.kind, purpose=row.purpose, because=row.because, about=row.about,
        month=row.about.removeprefix("month ") if row.about.startswith("month ") else "",
        sites=tuple(row.sites), state=state, asked_by=row.asked_by, asked_role=row.asked_role,
        asked_at=row.asked_at, lapses_at=row.lapses_at, decided_by=row.decided_by,
        decided_role=row.decided_role, decided_at=row.decided_at, decided_because=row.decided_because,
        opened_at=row.opened_at, expires_at=row.expires_at,
        closed_at=row.closed_at or (row.expires_at if state in ENDED else None),
        review_due=row.review_due, reviewed_by=row.reviewed_by, reviewed_at=row.reviewed_at,
        finding=row.finding, review_because=row.review_because,
        looks=tuple(Look(one.site, one.by, one.role, one.at) for one in row.looks.all()),
    )  # fmt: skip


def _told(row: VaultLook, *, hidden: bool, now: datetime) -> SiteOpening:
    found = row.opening
    if hidden or live_state(found, now) not in ENDED:
        return SiteOpening(opening=found.pk, on=moscow_date(row.at))
    roles = tuple(role for role in (found.asked_role, found.decided_role) if role)
    people = tuple(name for name in (found.asked_by, found.decided_by) if name)
    return SiteOpening(
        opening=found.pk, on=moscow_date(row.at), at=row.at, kind=found.kind, purpose=found.purpose,
        roles=roles, people=people, because=found.because, finding=found.finding,
    )  # fmt: skip


def _must_see(person: Who | None) -> None:
    if not may_see_openings(person):
        raise Refusal("vault.not-yours")
