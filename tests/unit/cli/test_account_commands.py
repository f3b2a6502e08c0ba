# SPDX-License-Identifier: Apache-2.0
"""`nadzor account token`: given, listed without its secret, revoked."""

from __future__ import annotations

import pytest

from nadzor.actions.create_home import create_home
from nadzor.actions.create_staff import create_staff
from nadzor.base import clock
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(home):
    """A home with an account for each role."""
    found = create_home(home.root)
    create_staff(now=clock.now())
    return found


def test_a_token_is_shown_once(house):
    """The secret on giving; afterwards only how it begins."""
    given = answer(house, "account", "token", "registrar", "--days", 30, "--write")
    assert (given["role"], given["scope"]) == ("registrar", "write")
    (listed,) = answer(house, "account", "tokens", "registrar")
    assert listed["prefix"] == given["token"][:12]
    assert given["token"] not in str(listed)
    assert answer(house, "account", "token-revoke", listed["prefix"])["revoked"] == 1
    assert answer(house, "account", "tokens", "registrar")[0]["revoked_at"]


def test_a_token_for_nobody_or_for_ever_is_refused(house):
    """Unknown account, more than a year, unknown token."""
    for asked, code in (
        (("token", "nobody"), "people.account-unknown"),
        (("token", "registrar", "--days", 400), "people.token-days"),
        (("token-revoke", "nzp_nothing"), "people.token-unknown"),
    ):
        assert code in refused(ask(house, "account", *asked))
