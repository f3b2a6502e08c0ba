# SPDX-License-Identifier: Apache-2.0
"""The table of addresses: its form, its groups, and that what it does not name is shut."""

from __future__ import annotations

import msgspec
import pytest

from nadzor.base.problems import problem
from nadzor.people.access import KNOWN, PUBLIC, entry, groups, may_enter, parsed, table
from nadzor.people.roles import MAKERS, OVERSIGHT, Role


def test_groups_are_those_of_the_code():
    """A group of the table and the set of roles of the same name are one."""
    found = groups()
    assert found["oversight"] == {role.value for role in OVERSIGHT}
    assert found["makers"] == {role.value for role in MAKERS}
    assert found["accounts"] == {role.value for role in Role}
    assert found["everyone"] == KNOWN


def test_an_address_that_is_not_there_is_shut_for_everybody():
    """Neither the public nor any role comes in where the table says nothing."""
    assert entry("nowhere") is None
    assert not any(may_enter(role, "nowhere") for role in (None, *Role))


def test_a_role_comes_in_where_the_table_names_it():
    """The head's page is the head's; the register is everybody's."""
    assert [role for role in (None, *Role) if may_enter(role, "head")] == [Role.HEAD]
    assert all(may_enter(role, "register") for role in (None, *Role))


def test_every_row_names_a_problem_that_exists():
    """What a role is told that may not come in has words in both languages, and refuses."""
    wrong = [each.name for each in table().values() if problem(each.refused).status not in {403, 404}]
    assert wrong == []


def test_decisions_are_never_open_to_the_public():
    """A decision is in somebody's name."""
    assert [each.name for each in table().values() if each.decides and PUBLIC in each.roles] == []


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("x: {roles: queen}", ValueError),
        ("x: {roles: head, colour: red}", msgspec.ValidationError),
        ("x: {object: device}", msgspec.ValidationError),
        ("x: {roles: head, hidden: 200}", msgspec.ValidationError),
    ],
)
def test_a_malformed_row_stops_the_start(row, wrong):
    """An unknown role, an unknown word, no roles, a status that hides nothing."""
    with pytest.raises(wrong):
        parsed(f"groups: {{}}\nroutes:\n  {row}\n".encode())
