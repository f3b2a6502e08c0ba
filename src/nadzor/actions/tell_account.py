# SPDX-License-Identifier: Apache-2.0
"""Record what happened to an account's keys, and tell its owner; nobody hears of a secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.conf import settings

from nadzor.base.home import Home
from nadzor.people.letters import letter
from nadzor.people.models import User
from nadzor.people.roles import Role
from nadzor.records import audit, notices, vault

SUBJECT: Final = "account"
ASKED: Final = "asked by the account"


def account_mark(username: str, role: str, *, home: Home) -> str:
    """How records name an account: a clinic's by its pseudonym, because names of clinics lie in the vault."""
    return vault.speaker(username, home=home) if role == Role.CLINIC.value else username


def account_addresses(mark: str, *, home: Home) -> list[str]:
    """The e-mail address behind a mark, if there is one."""
    rows = User.objects.filter(is_active=True).exclude(email="")
    clinics = rows.filter(role=Role.CLINIC.value)
    found = [one for one in clinics if vault.speaker(one.username, home=home) == mark]
    found += list(rows.filter(username=mark).exclude(role=Role.CLINIC.value))
    return [one.email for one in found]


def tell_account(
    user: User, kind: str, *, by: str, now: datetime, because: str = ASKED, **facts: Any
) -> None:
    """One deed in the chain, and a notice to the account; inside the transaction of the deed.

    Why: a letter that nobody expected is how the owner of a stolen password learns of it.
    """
    mark = account_mark(user.username, user.role, home=settings.HOME)
    doer = mark if by == user.username else by
    audit.record(f"people.{kind}", mark, by=doer, because=because, now=now, **facts)
    notices.to_account(mark, subject=SUBJECT, text=letter(kind), now=now)
