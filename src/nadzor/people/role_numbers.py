# SPDX-License-Identifier: Apache-2.0
"""How an owner of data sees who read it: a role and the stable number of an account, never a name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from nadzor.people.models import User
from nadzor.people.queries import CONSOLE
from nadzor.people.roles import ROLE_NAMES, Role

NOBODY: Final = 0  # the console, and accounts that are no more


class RoleNumber(Struct, frozen=True):
    """A reader: the role it read in, and the number of its account; 0 at the console."""

    role: str
    number: int

    def said(self, lang: str) -> str:
        """In words, such as "Inspector 7"."""
        known = (
            ROLE_NAMES[Role(self.role)]["en" if lang == "en" else "ru"] if self.role in KNOWN else self.role
        )
        return f"{known} {self.number}" if self.number else known


KNOWN: Final = frozenset(role.value for role in Role)


def account_numbers(usernames: Iterable[str]) -> dict[str, int]:
    """The numbers of accounts: given once, never to another account, the same in every role."""
    wanted = set(usernames) - {CONSOLE.username}
    return dict(User.objects.filter(username__in=wanted).values_list("username", "pk"))


def usernames_of(role: str) -> tuple[str, ...]:
    """The accounts of a role."""
    return tuple(User.objects.filter(role=role).values_list("username", flat=True))
