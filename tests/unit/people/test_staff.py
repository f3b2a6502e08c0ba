# SPDX-License-Identifier: Apache-2.0
"""Whom a duty may be given to."""

from __future__ import annotations

import pytest

from nadzor.people.models import User
from nadzor.people.roles import Role
from nadzor.people.staff import staff


@pytest.mark.django_db
def test_staff_are_the_active_accounts_of_some_roles() -> None:
    """By name, without those who left and without other roles."""
    for name, role, active in (("b", "registrar", True), ("a", "inspector", True), ("c", "registrar", False)):
        User.objects.create(username=name, role=role, is_active=active)
    User.objects.create(username="d", role="clinic")
    assert [one.username for one in staff(Role.REGISTRAR, Role.INSPECTOR)] == ["a", "b"]
    assert staff(Role.HEAD) == ()
