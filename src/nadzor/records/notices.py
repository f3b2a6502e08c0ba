# SPDX-License-Identifier: Apache-2.0
"""Notices to a role, an organisation or one account: written with the deed that causes them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q
from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.records.models import Notice


class NoticeCard(Struct, frozen=True):
    """A notice as its addressee sees it."""

    id: int
    created: datetime
    subject: str
    text: Text
    read_at: datetime | None


def to_role(role: str, *, subject: str, text: Text, now: datetime) -> None:
    """Tell everybody who holds a role."""
    Notice.objects.create(created=now, role=role, subject=subject, text_ru=text.ru, text_en=text.en)


def to_organisation(code: str, *, subject: str, text: Text, now: datetime) -> None:
    """Tell an organisation."""
    Notice.objects.create(
        created=now, organisation_code=code, subject=subject, text_ru=text.ru, text_en=text.en
    )


def to_account(account: str, *, subject: str, text: Text, now: datetime) -> None:
    """Tell the owner of one account; a clinic's account is named by its pseudonym."""
    Notice.objects.create(created=now, account=account, subject=subject, text_ru=text.ru, text_en=text.en)


def of_account(account: str, *, limit: int = 20) -> list[NoticeCard]:
    """The latest notices for one account."""
    return [_card(row) for row in Notice.objects.filter(account=account)[:limit]]


def of(role: str, organisation: str | None, *, limit: int = 50) -> list[NoticeCard]:
    """The latest notices for somebody of this role and organisation."""
    return [_card(row) for row in Notice.objects.filter(_mine(role, organisation))[:limit]]


def mark_read(id: int, *, role: str, organisation: str | None, by: str, now: datetime) -> None:
    """Note who read a notice first; somebody else's notice stays unread."""
    Notice.objects.filter(_mine(role, organisation), id=id, read_at=None).update(read_at=now, read_by=by)


class Unmailed(Struct, frozen=True):
    """A notice that has not gone out by e-mail yet, for a role, an organisation or one account."""

    id: int
    role: str
    organisation: str
    subject: str
    text: Text
    account: str = ""


def unmailed(*, tries: int, limit: int = 100) -> list[Unmailed]:
    """Notices that still want to go out, oldest first; after so many tries one stays in the portal alone."""
    rows = Notice.objects.filter(mailed_at=None, mail_tries__lt=tries).order_by("id")
    return [
        Unmailed(
            row.id, row.role, row.organisation_code, row.subject, Text(row.text_ru, row.text_en), row.account
        )
        for row in rows[:limit]
    ]


def mark_mailed(id: int, *, now: datetime) -> None:
    """Note that a notice has gone out, or that nobody it is for has an address."""
    Notice.objects.filter(id=id, mailed_at=None).update(mailed_at=now, mail_fault="")


def mark_failed(id: int, *, fault: str) -> None:
    """Note a failure; the notice stands in the portal all the same and is tried again."""
    Notice.objects.filter(id=id, mailed_at=None).update(
        mail_tries=F("mail_tries") + 1, mail_fault=fault[:200]
    )


def _mine(role: str, organisation: str | None) -> Q:
    """Notices of a role or an organisation.  Why: a notice of an organisation has the empty role."""
    of_role, of_organisation = Q(role=role), Q(organisation_code=organisation)
    nobody = Q(pk__in=[])
    return (of_role if role else nobody) | (of_organisation if organisation else nobody)


def _card(row: Notice) -> NoticeCard:
    return NoticeCard(row.id, row.created, row.subject, Text(row.text_ru, row.text_en), row.read_at)
