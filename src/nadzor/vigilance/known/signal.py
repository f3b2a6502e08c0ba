# SPDX-License-Identifier: Apache-2.0
"""A signal as it was known at a moment."""

from __future__ import annotations

from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_read_every_device
from nadzor.people.queries import Person
from nadzor.procedures.signal import SIGNAL
from nadzor.register import queries as register
from nadzor.vigilance import queries
from nadzor.vigilance.known.cards import KnownSignal
from nadzor.vigilance.known.moment import Moment


def known_signal(person: Person | None, id: int, moment: Moment) -> KnownSignal:
    """A signal as it stood at a moment.

    Raises: Refusal signal.unknown, also for one that this person may not see; known.not-yet for a signal that
    nobody knew of then.
    """
    codes = None if may_read_every_device(person) or _at_console(person) else _readable(person)
    card = queries.signal(id, devices=codes)
    if card.row.raised_at > moment.at:
        raise Refusal("known.not-yet")
    moves = tuple(each for each in card.moves if each.at <= moment.at)
    evidence = tuple(each for each in card.evidence if each.at <= moment.at)
    return KnownSignal(
        id=card.row.id, device=card.row.device, detector=card.row.detector, kind=card.row.kind,
        raised_at=card.row.raised_at, state=moves[-1].to if moves else SIGNAL.first,
        evidence=evidence, moves=moves,
        later=len(card.moves) - len(moves) + len(card.evidence) - len(evidence),
    )  # fmt: skip


def _readable(person: Person | None) -> list[str]:
    return [card.code for card in register.readable(person)]


def _at_console(person: Person | None) -> bool:
    return person is not None and person.at_console
