# SPDX-License-Identifier: Apache-2.0
"""The sessions of an account, and the foreign identities linked to it, as structs."""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from msgspec import Struct


class SessionCard(Struct, frozen=True):
    """One session: from which device and address, since when, when last used."""

    id: int
    agent: str
    address: str
    since: datetime
    seen: datetime
    is_current: bool


class LinkCard(Struct, frozen=True):
    """One foreign identity: of which issuer, since when."""

    id: int
    issuer: str
    since: datetime


def sessions(username: str, *, current: str, now: datetime) -> list[SessionCard]:
    """The sessions of an account that still live, the latest first."""
    rows = UserSession.objects.filter(user__username=username).order_by("-last_seen_at", "-id")
    keys = [row.session_key for row in rows]
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=now).values_list("pk", flat=True)
    )
    return [_session(row, current) for row in rows if row.session_key in alive]


def links(username: str) -> list[LinkCard]:
    """The foreign identities linked to an account."""
    rows = SocialAccount.objects.filter(user__username=username).order_by("id")
    return [LinkCard(row.pk, row.provider, row.date_joined) for row in rows]


def _session(row: UserSession, current: str) -> SessionCard:
    return SessionCard(
        id=row.pk,
        agent=row.user_agent,
        address=row.ip,
        since=row.created_at,
        seen=row.last_seen_at,
        is_current=row.session_key == current,
    )
