# SPDX-License-Identifier: Apache-2.0
"""Who may see, write and move a yearly monitoring report.  What the state allows is asked of its table."""

from __future__ import annotations

from nadzor.people.permissions import may_answer_signal, may_read_operation, may_review_signals
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.monitoring import MONITORING
from nadzor.procedures.moves import Move, moves_for


def may_see_monitoring(person: Person | None, *, maker: str) -> bool:
    """See plan, progress and reports of a device: oversight, its maker and representative, the console."""
    return may_read_operation(person, maker=maker) or (person is not None and person.at_console)


def may_write_monitoring(person: Person | None, *, maker: str) -> bool:
    """Adopt a plan and write the hand-written parts: the maker's people and its representative."""
    return may_answer_signal(person, maker=maker)


def may_move_monitoring(person: Person | None, move: Move, *, maker: str, role: str = "") -> bool:
    """Take this arrow: a role the table names, and for the maker's arrows the device's own maker.

    `role` is the one they act in, where a delegation makes it another than their own.
    """
    if person is None or (role or person.role.value) not in move.by:
        return False
    return may_review_signals(person) or role == Role.HEAD or may_write_monitoring(person, maker=maker)


def monitoring_moves(
    person: Person | None, state: str, *, maker: str, for_head: bool = False
) -> tuple[Move, ...]:
    """The arrows this person may take from a state: the buttons of the card.

    `for_head`: a delegation of the day lets them decide for the head as well.
    """
    if person is None:
        return ()
    roles = [person.role.value, *([Role.HEAD.value] if for_head else [])]
    found = [
        move
        for role in roles
        for move in moves_for(MONITORING, state, role)
        if may_move_monitoring(person, move, maker=maker, role=role)
    ]
    return tuple(dict.fromkeys(found))
