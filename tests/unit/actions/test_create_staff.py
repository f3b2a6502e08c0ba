# SPDX-License-Identifier: Apache-2.0
"""First accounts: one a role, passwords shown once."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password

from nadzor.actions.create_staff import create_staff
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db


def test_one_account_for_each_role():
    """With a password that passes our own rules and is stored as a hash only."""
    made = create_staff(now=NOW)
    assert [account.role for account in made] == [role.value for role in Role]
    assert len({account.password for account in made}) == len(made)
    for account in made:
        user = User.objects.get(username=account.username)
        assert user.check_password(account.password)
        assert account.password not in user.password
        validate_password(account.password, user)
    assert not User.objects.filter(is_superuser=True).exists()


def test_passwords_are_given_once():
    """A second call makes nothing and tells nothing."""
    create_staff(now=NOW)
    assert create_staff(now=NOW) == []
    (deed,) = audit.entries(verb="people.staff.create")
    assert deed.facts == {"roles": [role.value for role in Role]}


def test_only_the_operator_makes_accounts():
    """The head decides about devices, not about accounts."""
    with pytest.raises(Refusal, match=r"people\.operator-only"):
        create_staff(now=NOW, by=Person("h", "H", Role.HEAD))
    with pytest.raises(Refusal, match=r"people\.operator-only"):
        create_staff(now=NOW, by=None)
