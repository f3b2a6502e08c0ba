# SPDX-License-Identifier: Apache-2.0
"""Who may: the whole matrix of roles and questions."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.people import permissions
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import OVERSIGHT, ROLE_NAMES, Role

OWN, OTHER = "own", "other"
PEOPLE = {
    role: Person(
        role.value, role.value, role, OWN, frozenset({OWN}) if role is Role.REPRESENTATIVE else frozenset()
    )
    for role in Role
}
MAKERS = {Role.MANUFACTURER_ADMIN, Role.MANUFACTURER_REPORTER, Role.REPRESENTATIVE}
INVITING = {Role.MANUFACTURER_ADMIN, Role.REPRESENTATIVE}

# question -> (roles that may for their own maker, roles that may for anybody's, code of the refusal)
MATRIX = {
    "read_operation": (MAKERS, OVERSIGHT, "people.not-yours"),
    "read_monthly_report": (MAKERS, OVERSIGHT, "people.not-yours"),
    "answer_signal": (MAKERS, set(), "people.not-yours"),
    "issue_token": (INVITING, {Role.REGISTRAR}, "people.not-yours"),
    "revoke_key": (INVITING, {Role.REGISTRAR, Role.HEAD}, "people.not-yours"),
    "read_every_device": (None, OVERSIGHT, "people.oversight-only"),
    "review_signals": (None, {Role.INSPECTOR, Role.HEAD}, "people.inspector-only"),
    "decide": (None, {Role.HEAD}, "people.head-only"),
    "change_register": (None, {Role.REGISTRAR, Role.HEAD}, "people.registrar-only"),
    "read_audit": (None, {Role.AUDITOR, Role.HEAD}, "people.auditor-only"),
    "run_house": (None, {Role.OPERATOR}, "people.operator-only"),
    "declare_month": (MAKERS, set(), "people.not-yours"),
    "speak_for_clinic": (None, {Role.CLINIC}, "people.clinic-only"),
    "hear_clinics": (None, {Role.INSPECTOR, Role.HEAD}, "people.inspector-only"),
}


def ask(question, person, maker):
    """The question's answer, after checking that its raising twin says the same."""
    own, _, code = MATRIX[question]
    of = {} if own is None else {"maker": maker}
    allowed = getattr(permissions, f"may_{question}")(person, **of)
    try:
        getattr(permissions, f"must_{question}")(person, **of)
    except Refusal as refusal:
        assert (allowed, refusal.code) == (False, code)
    else:
        assert allowed
    return allowed


@pytest.mark.parametrize("question", MATRIX)
def test_each_role_may_what_the_matrix_says(question):
    """And nothing else: neither more for one's own maker nor anything for another's."""
    own, anybody, _ = MATRIX[question]
    assert {role for role in Role if ask(question, PEOPLE[role], OTHER)} == set(anybody)
    assert {role for role in Role if ask(question, PEOPLE[role], OWN)} == set(anybody) | set(own or ())


@pytest.mark.parametrize("question", MATRIX)
def test_the_public_may_none_of_this(question):
    """Nobody who is not signed in reads operation figures or changes anything."""
    assert not ask(question, None, OWN)


def test_every_question_is_in_the_matrix():
    """A new permission without a row here is noticed."""
    asked = {name.removeprefix("may_") for name in dir(permissions) if name.startswith("may_")}
    assert asked == set(MATRIX)
    assert asked == {name.removeprefix("must_") for name in dir(permissions) if name.startswith("must_")}


def test_the_console_changes_the_register_but_reads_no_figures():
    """Whoever holds the directory can run its commands; the pages' rules are for people."""
    assert permissions.may_change_register(CONSOLE)
    assert permissions.may_issue_token(CONSOLE, maker=OTHER)
    assert not permissions.may_read_operation(CONSOLE, maker=OTHER)


def test_every_role_has_a_name_in_both_languages():
    """A role without a name would show its code to people."""
    assert {role: set(names) for role, names in ROLE_NAMES.items()} == {role: {"ru", "en"} for role in Role}
