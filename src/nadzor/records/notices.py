# SPDX-License-Identifier: Apache-2.0
"""Notices to a role or an organisation: written with the deed that causes them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
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


def of(role: str, organisation: str | None, *, limit: int = 50) -> list[NoticeCard]:
    """The latest notices for somebody of this role and organisation."""
    mine = Q(role=role) | (Q(organisation_code=organisation) if organisation else Q(pk__in=[]))
    return [_card(row) for row in Notice.objects.filter(mine)[:limit]]


def mark_read(id: int, *, role: str, organisation: str | None, by: str, now: datetime) -> None:
    """Note who read a notice first; somebody else's notice stays unread."""
    mine = Q(role=role) | (Q(organisation_code=organisation) if organisation else Q(pk__in=[]))
    Notice.objects.filter(mine, id=id, read_at=None).update(read_at=now, read_by=by)


def _card(row: Notice) -> NoticeCard:
    return NoticeCard(row.id, row.created, row.subject, Text(row.text_ru, row.text_en), row.read_at)
