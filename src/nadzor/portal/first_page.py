# SPDX-License-Identifier: Apache-2.0
"""The page a role's day begins with."""

from __future__ import annotations

from typing import Final

from django.urls import reverse

from nadzor.people.queries import Person
from nadzor.people.roles import Role

FIRST: Final = {
    Role.INSPECTOR: "morning", Role.REGISTRAR: "morning", Role.HEAD: "head",
    Role.MANUFACTURER_ADMIN: "account", Role.MANUFACTURER_REPORTER: "account", Role.REPRESENTATIVE: "account",
}  # fmt: skip


def first_page(who: Person | None) -> str:
    """Its address."""
    return reverse(FIRST.get(who.role, "overview") if who else "overview")
