# SPDX-License-Identifier: Apache-2.0
"""People and organisations as structs, for rooms that must not touch the tables."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.contrib.auth.models import AnonymousUser
from msgspec import Struct

from nadzor.people.models import ApiToken, Organisation, User
from nadzor.people.roles import ROLE_NAMES, Role


class OrganisationCard(Struct, frozen=True):
    """An organisation as pages show it."""

    code: str
    name_ru: str
    name_en: str
    kind: str
    country: str
    inn: str
    ogrn: str
    oid: str
    represented_by: str | None = None

    def name(self, lang: str) -> str:
        """Its name in a language."""
        return self.name_en if lang == "en" else self.name_ru


class Person(Struct, frozen=True):
    """Somebody who asks: their role, their organisation, and the makers that organisation stands for."""

    username: str
    full_name: str
    role: Role
    organisation: str | None = None
    represents: frozenset[str] = frozenset()
    at_console: bool = False  # holds the data directory itself, hence every key in it

    @property
    def role_number(self) -> str:
        """How an owner of data sees who read it: the role, never the name."""
        return self.role.value

    def role_name(self, lang: str) -> str:
        """The role's name in a language."""
        return ROLE_NAMES[self.role]["en" if lang == "en" else "ru"]


CONSOLE: Final = Person("console", "console", Role.OPERATOR, at_console=True)
"""Whoever runs a command on the machine; asking them for a role would protect nothing."""


def person(user: User | AnonymousUser | None) -> Person | None:
    """The person behind an account, or None for the public."""
    if not isinstance(user, User) or not user.is_active:
        return None
    organisation = user.organisation
    represents = organisation.represents.values_list("code", flat=True) if organisation else ()
    return Person(
        username=user.username,
        full_name=user.get_full_name() or user.username,
        role=Role(user.role),
        organisation=organisation.code if organisation else None,
        represents=frozenset(represents),
    )


def organisation(code: str) -> OrganisationCard | None:
    """One organisation, or None."""
    row = Organisation.objects.select_related("represented_by").filter(code=code).first()
    return card(row) if row else None


def organisations(kind: str | None = None) -> list[OrganisationCard]:
    """All organisations, or those of one kind, by code."""
    rows = Organisation.objects.select_related("represented_by")
    return [card(row) for row in (rows.filter(kind=kind) if kind else rows)]


def card(row: Organisation) -> OrganisationCard:
    """The struct of a row."""
    return OrganisationCard(
        code=row.code,
        name_ru=row.name_ru,
        name_en=row.name_en,
        kind=row.kind,
        country=row.country,
        inn=row.inn,
        ogrn=row.ogrn,
        oid=row.oid,
        represented_by=row.represented_by.code if row.represented_by else None,
    )


def addresses(*, role: str = "", organisation: str = "") -> list[str]:
    """The e-mail addresses of the active people of a role or of an organisation, each once."""
    rows = User.objects.filter(is_active=True).exclude(email="")
    rows = rows.filter(organisation__code=organisation) if organisation else rows.filter(role=role)
    return sorted(set(rows.values_list("email", flat=True)))


class TokenCard(Struct, frozen=True):
    """A token of the API as its owner may recognise it; the token itself is kept nowhere."""

    prefix: str
    scope: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


def api_tokens(username: str) -> list[TokenCard]:
    """An account's tokens, newest first."""
    rows = ApiToken.objects.filter(owner__username=username)
    return [
        TokenCard(row.prefix, row.scope, row.issued_at, row.expires_at, row.revoked_at, row.used_at)
        for row in rows
    ]
