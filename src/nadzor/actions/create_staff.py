# SPDX-License-Identifier: Apache-2.0
"""Make one account for each role, with generated passwords that are shown once."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.people.models import Organisation, User
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import MAKERS, Role
from nadzor.records import audit

_KIND: Final = {
    Role.REPRESENTATIVE: "representative",
    Role.CLINIC: "clinic",
    Role.EXPERT: "expert",
    Role.MOSCOW_CENTRE: "expert",
}
#: The institutions the law names, where the register knows them.
_NAMED: Final = {Role.EXPERT: ("nik", "vniiimt"), Role.MOSCOW_CENTRE: ("moscow-centre",)}
_WORD_BYTES: Final = 15  # 120 bits: no guessing, still one line to copy


class Account(Struct, frozen=True):
    """A new account; the password is nowhere else."""

    username: str
    role: str
    password: str


@transaction.atomic
def create_staff(*, now: datetime, by: Person | None = CONSOLE) -> list[Account]:
    """One account for each role that has none yet.

    Why: makers' and clinics' accounts belong to the first organisation of their kind, so that a demonstration
    shows what each role sees.
    """
    must_run_house(by)
    taken = set(User.objects.values_list("role", flat=True))
    made = [_account(role) for role in Role if role.value not in taken]
    if made and by is not None:
        roles = [account.role for account in made]
        audit.record(
            "people.staff.create", "staff", by=by.username, because="first accounts", now=now, roles=roles
        )
    return made


def assign_organisations() -> int:
    """Give accounts without an organisation the first one of their kind. Returns how many were given one."""
    waiting = User.objects.filter(organisation=None)
    return sum(1 for user in waiting if _assign(user))


def new_password() -> str:
    """A generated password."""
    return secrets.token_urlsafe(_WORD_BYTES)


def _account(role: Role) -> Account:
    password = new_password()
    user = User(username=role.value, role=role.value, is_password_given=True)
    user.set_password(password)
    user.save()
    _assign(user)
    return Account(user.username, role.value, password)


def _assign(user: User) -> bool:
    role = Role(user.role)
    kind = "manufacturer" if role in MAKERS else _KIND.get(role)
    rows = Organisation.objects.filter(kind=kind).order_by("code") if kind else Organisation.objects.none()
    named = rows.filter(code__in=_NAMED.get(role, ()))
    first = named.first() or rows.filter(country="RU").first() or rows.first()
    if first is None or (role is Role.MOSCOW_CENTRE and not named):
        return False
    user.organisation = first
    user.save(update_fields=["organisation"])
    return True
