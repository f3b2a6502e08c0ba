# SPDX-License-Identifier: Apache-2.0
"""A lost password is replaced at the console, and only there."""

from __future__ import annotations

import pytest

from nadzor.actions.create_staff import create_staff
from nadzor.actions.reset_password import reset_password
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.queries import CONSOLE

pytestmark = pytest.mark.django_db


def test_the_new_password_opens_and_the_old_one_does_not() -> None:
    """After a reset only what was shown lets the account in."""
    old = next(one for one in create_staff(now=clock.now()) if one.username == "inspector")
    new = reset_password("inspector", by=CONSOLE, now=clock.now())
    assert new.password != old.password
    assert User.objects.get(username="inspector").check_password(new.password)
    assert not User.objects.get(username="inspector").check_password(old.password)


def test_an_unknown_account_is_named() -> None:
    """There is no account to guess a password for."""
    with pytest.raises(Refusal, match="people.account-unknown"):
        reset_password("nobody", by=CONSOLE, now=clock.now())


def test_the_public_may_not() -> None:
    """Without the data directory in hand nothing is reset."""
    create_staff(now=clock.now())
    with pytest.raises(Refusal):
        reset_password("inspector", by=None, now=clock.now())
