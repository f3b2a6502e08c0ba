# SPDX-License-Identifier: Apache-2.0
"""Who sees and moves a signal: oversight, the device's own maker, and nobody else."""

from __future__ import annotations

from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.moves import ROLES, moves_from
from nadzor.procedures.signal import MAKER_ASKED, SIGNAL, UNDER_REVIEW
from nadzor.vigilance.permissions import may_move, may_see_signal, moves_open_to

HEAD = Person("head", "Head", Role.HEAD)
INSPECTOR = Person("inspector", "Inspector", Role.INSPECTOR)
MAKER = Person("maker", "Maker", Role.MANUFACTURER_REPORTER, organisation="acme")
RIVAL = Person("rival", "Rival", Role.MANUFACTURER_REPORTER, organisation="other")
AGENT = Person("agent", "Agent", Role.REPRESENTATIVE, organisation="agency", represents=frozenset({"acme"}))


def test_roles_of_the_table_are_roles_of_people() -> None:
    """The words for roles in procedures are exactly those of accounts."""
    assert set(ROLES) == {role.value for role in Role}


def test_who_sees_a_signal() -> None:
    """Oversight, the maker and its representative see it; a rival, an operator and the public do not."""
    assert all(may_see_signal(each, maker="acme") for each in (HEAD, INSPECTOR, MAKER, AGENT))
    operator = Person("operator", "Operator", Role.OPERATOR)
    assert not any(may_see_signal(each, maker="acme") for each in (RIVAL, operator, None))


def test_only_the_devices_own_maker_answers() -> None:
    """The answer belongs to the device's maker or its representative, not to any maker."""
    (answer,) = (move for move in moves_from(SIGNAL, MAKER_ASKED) if move.verb == "answer")
    assert may_move(MAKER, answer, maker="acme")
    assert may_move(AGENT, answer, maker="acme")
    assert not may_move(RIVAL, answer, maker="acme")
    assert not may_move(HEAD, answer, maker="acme")


def test_buttons_by_person() -> None:
    """A head may decide, an inspector may not, the public has no button."""
    verbs = {move.verb for move in moves_open_to(HEAD, UNDER_REVIEW, maker="acme")}
    assert {"confirm", "dismiss"} <= verbs
    assert "confirm" not in {move.verb for move in moves_open_to(INSPECTOR, UNDER_REVIEW, maker="acme")}
    assert moves_open_to(None, UNDER_REVIEW, maker="acme") == ()
