# SPDX-License-Identifier: Apache-2.0
"""The second factors of an account as structs."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from msgspec import Struct

TOTP, KEY, CODES = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES


class KeyCard(Struct, frozen=True):
    """One key as its owner knows it."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


class Factors(Struct, frozen=True):
    """What an account can prove itself with, beside its password."""

    app: KeyCard | None = None
    keys: tuple[KeyCard, ...] = ()
    codes_left: int = 0
    codes_at: datetime | None = None

    @property
    def count(self) -> int:
        """How many factors there are; recovery codes only stand in for one."""
        return len(self.keys) + (self.app is not None)


def factors(username: str) -> Factors:
    """The factors of an account."""
    rows = list(Authenticator.objects.filter(user__username=username).order_by("id"))
    codes = next((row for row in rows if row.type == CODES), None)
    return Factors(
        app=next((_card(row) for row in rows if row.type == TOTP), None),
        keys=tuple(_card(row) for row in rows if row.type == KEY),
        codes_left=len(codes.data["hashes"]) if codes else 0,
        codes_at=codes.created_at if codes else None,
    )


def has_factor(username: str) -> bool:
    """Whether an account has a second factor."""
    return Authenticator.objects.filter(user__username=username, type__in=(TOTP, KEY)).exists()


def _card(row: Authenticator) -> KeyCard:
    return KeyCard(row.pk, str(row.data.get("name", "")), row.created_at, row.last_used_at)
