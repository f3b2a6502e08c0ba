# SPDX-License-Identifier: Apache-2.0
"""Ask which clinics stand behind some sites, or for a month that names them; or break the glass."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.join_identifiers import paper_of
from nadzor.actions.opening_rows import (
    acts_as_head,
    grounds,
    must_be_impartial,
    note,
    tell,
    today_of,
)
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.law.deadline import deadline
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import vault
from nadzor.records.models import VaultOpening
from nadzor.records.opening_rules import DANGER, PURPOSES, may_ask
from nadzor.workdays.calendar import CalendarMissing

APPROVAL, OPEN, MOST, REVIEW = "vault.approval", "vault.open", "vault.sites_most", "vault.review"
ABOUT_MAX: Final = 120
MONTH: Final = "month "
_HOUR: Final = timedelta(hours=1)


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked for: sites by pseudonym, or the sealed month of a device (`month`: "CODE YYYY-MM").

    `about` is the affair it is needed for, such as "event AE-2026-000001"; a month is its own affair.
    """

    purpose: str
    because: str
    sites: tuple[str, ...] = ()
    about: str = ""
    month: str = ""


@transaction.atomic
def ask_opening(home: Home, asked: Asked, *, by: Person | None, now: datetime) -> int:
    """Write a request and return its number; the same request again, while it waits, is the same request.

    Raises: Refusal vault.not-yours, vault.purpose, vault.because, vault.because-personal, vault.unknown,
    vault.sites-missing, vault.sites-many, vault.no-paper, vault.own-interest.
    """
    sound = _sound(home, asked, by, now)
    assert by is not None
    if (waiting := _same(sound, by, now)) is not None:
        return waiting
    row = _written(sound, by, now, kind="two_person")
    note("ask", row.pk, by=by, because=row.because, now=now, purpose=row.purpose, sites=row.sites,
         about=row.about)  # fmt: skip
    tell(Role.HEAD, Role.INSPECTOR, id=row.pk, text=_WAITS, now=now)
    return int(row.pk)


@transaction.atomic
def break_glass(home: Home, asked: Asked, *, by: Person | None, now: datetime) -> int:
    """Open at once and alone, for a danger; somebody else reviews it afterwards.  Returns its number.

    Raises: as `ask_opening`; Refusal vault.not-a-danger for any other purpose or for a month.
    """
    sound = _sound(home, asked, by, now)
    assert by is not None
    if sound.purpose != DANGER or sound.month:
        raise Refusal("vault.not-a-danger")
    row = _written(sound, by, now, kind="break_glass")
    row.state, row.opened_at, row.expires_at = "open", now, open_until(now)
    row.review_due = _review_by(today_of(now))
    row.save(update_fields=["state", "opened_at", "expires_at", "review_due"])
    note("break-glass", row.pk, by=by, because=row.because, now=now, purpose=row.purpose, sites=row.sites,
         about=row.about, review_due=str(row.review_due or ""))  # fmt: skip
    tell(Role.HEAD, Role.AUDITOR, id=row.pk, text=_BROKEN, now=now)
    return int(row.pk)


def open_until(now: datetime) -> datetime:
    """When an opening that begins now closes by itself.

    Law: house rule: the norm of the opening's length.
    Raises: NormMissing.
    """
    return now + norm(OPEN, today_of(now)).number * _HOUR


def _review_by(today: date) -> date | None:
    """The last day of the review; none where no rule or calendar gives one: a danger does not wait for it."""
    try:
        due = deadline(REVIEW, today).due
    except (NormMissing, CalendarMissing):
        return None
    return due.date() if isinstance(due, datetime) else due


def _sound(home: Home, asked: Asked, by: Person | None, now: datetime) -> Asked:
    if not may_ask(by):
        raise Refusal("vault.not-yours")
    if asked.purpose not in PURPOSES:
        raise Refusal("vault.purpose", "$.purpose")
    sites = tuple(sorted({site.strip() for site in asked.sites if site.strip()}))
    about = f"{MONTH}{asked.month}" if asked.month else " ".join(asked.about.split())[:ABOUT_MAX]
    sound = Asked(
        purpose=asked.purpose, because=grounds(asked.because), sites=sites, about=about, month=asked.month
    )  # fmt: skip
    _must_exist(home, sound, now)
    must_be_impartial(by, about)
    return sound


def _must_exist(home: Home, asked: Asked, now: datetime) -> None:
    if asked.month:
        if asked.sites:
            raise Refusal("vault.sites-missing", "$.sites")
        paper_of(home, asked.month)
        return
    most = norm(MOST, today_of(now)).number
    if not asked.sites:
        raise Refusal("vault.sites-missing", "$.sites")
    if len(asked.sites) > most:
        raise Refusal("vault.sites-many", "$.sites", limit=most)
    if not all(vault.knows(site) for site in asked.sites):
        raise Refusal("vault.unknown", "$.sites")


def _same(asked: Asked, by: Person, now: datetime) -> int | None:
    rows = VaultOpening.objects.filter(
        asked_by=by.username, state="asked", lapses_at__gt=now, purpose=asked.purpose, about=asked.about,
        because=asked.because,
    )  # fmt: skip
    return next((int(row.pk) for row in rows if tuple(row.sites) == asked.sites), None)


def _written(asked: Asked, by: Person, now: datetime, *, kind: str) -> VaultOpening:
    role = Role.HEAD if acts_as_head(by, on=today_of(now)) else by.role
    lapses = now + norm(APPROVAL, today_of(now)).number * _HOUR
    return VaultOpening.objects.create(
        kind=kind, purpose=asked.purpose, because=asked.because, about=asked.about, sites=list(asked.sites),
        state="asked", asked_by=by.username, asked_role=role.value, asked_at=now, lapses_at=lapses,
    )  # fmt: skip


_WAITS: Final = Text(
    ru="Запрос на открытие хранилища ждёт второго лица.",
    en="A request to open the vault waits for a second person.",
)
_BROKEN: Final = Text(
    ru="Хранилище открыто одним лицом из-за опасности. Проверьте, было ли это обосновано.",
    en="The vault was opened by one person because of a danger. Review whether that was justified.",
)
