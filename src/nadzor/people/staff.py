# SPDX-License-Identifier: Apache-2.0
"""Accounts by role, as structs: whom a duty may be given to."""

from __future__ import annotations

from nadzor.people.models import User
from nadzor.people.queries import Person, person
from nadzor.people.roles import Role


def staff(*roles: Role) -> tuple[Person, ...]:
    """The active accounts of some roles, by name."""
    rows = User.objects.filter(is_active=True, role__in=[role.value for role in roles])
    found = (person(row) for row in rows.select_related("organisation").order_by("username"))
    return tuple(one for one in found if one is not None)
