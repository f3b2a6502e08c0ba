# SPDX-License-Identifier: Apache-2.0
"""Who may see, tell of and move an adverse event.  Whether the state allows the move, the table says.

`own_site` is whether the event lies at the asker's own site: the door makes the pseudonym, we compare it.
"""

from __future__ import annotations

from typing import Final

from nadzor.people.permissions import may_answer_signal, may_read_every_device, may_speak_for_clinic
from nadzor.people.queries import Person
from nadzor.people.roles import MAKERS, Role
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.moves import Move, moves_for

DESK: Final = frozenset({Role.INSPECTOR, Role.HEAD})
STAFF: Final = frozenset({*DESK, Role.REGISTRAR})
SIDE: Final = frozenset({*MAKERS, Role.REPRESENTATIVE})
#: What a document is sent by; a button of the desk never stands for one of these.
BY_DOCUMENT: Final = frozenset(
    {"discover", "send_message", "file_report", "follow_up", "correct", "issue_notice", "answer",
     "become_aware_threat", "become_aware_death", "become_aware_other"}
)  # fmt: skip


def sees_every_event(person: Person | None) -> bool:
    """Read all events with their sites: the regulator's oversight roles."""
    return may_read_every_device(person)


def may_tell(person: Person | None) -> bool:
    """Tell of an event: a clinic, the maker's side, staff who file a letter somebody sent."""
    return may_speak_for_clinic(person) or (person is not None and person.role in SIDE | STAFF)


def may_open_narrative(person: Person | None) -> bool:
    """Open and redact a held narrative: the inspector and the head."""
    return is_desk(person)


def is_desk(person: Person | None) -> bool:
    """Whether somebody works on events for the regulator."""
    return person is not None and person.role in DESK


def may_take(person: Person | None, move: Move, *, maker: str, own_site: bool) -> bool:
    """Take this arrow: a role the table names; a clinic at its own site, a maker for its own device."""
    if person is None or person.role.value not in move.by:
        return False
    if person.role is Role.CLINIC:
        return own_site
    return person.role in STAFF or may_answer_signal(person, maker=maker)


def moves_open_to(person: Person | None, state: str, *, maker: str, own_site: bool) -> tuple[Move, ...]:
    """The arrows this person may take from a state: the buttons of the card, and the documents to send."""
    if person is None:
        return ()
    rows = moves_for(ADVERSE_EVENT, state, person.role.value)
    return tuple(move for move in rows if may_take(person, move, maker=maker, own_site=own_site))
