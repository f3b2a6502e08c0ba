# SPDX-License-Identifier: Apache-2.0
"""The life of an adverse event: from somebody's notice to a closed report, with the clocks of Order 1113n.

Three days move the clocks: when somebody discovered the event (the message, any market actor), when the maker
became aware (its report, by seriousness), and when a new fact made it graver (that report's clock stops, the
graver one starts).  The house notes what it sees itself: that the maker was told, that a follow-up is graver.
Nothing is deleted: a duplicate is led by another event, a declined one keeps its grounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nadzor.procedures.moves import Move, Procedure, Role
from nadzor.procedures.rules.seriousness import GRAVITY, REPORT

NOTICED = "noticed"
UNCONFIRMED = "unconfirmed"
RECEIVED = "received"
AWAITING = "awaiting_report"
REPORTED = "reported"
QUESTIONED = "questioned"
CLOSED = "closed"
DUPLICATE = "duplicate"
DECLINED = "declined"

MESSAGE: Final = "vigilance.message"
REPORTS: Final = tuple(REPORT.values())
EVERY: Final = (MESSAGE, *REPORTS)

HOUSE: tuple[Role, ...] = ("house",)
DESK: tuple[Role, ...] = ("inspector", "head")
MAKER: tuple[Role, ...] = ("manufacturer_admin", "manufacturer_reporter", "representative")
TELLERS: tuple[Role, ...] = ("clinic", *MAKER, "inspector", "head", "registrar", "house")

LIVING: Final = (RECEIVED, AWAITING, REPORTED, QUESTIONED)
ENDED: Final = (CLOSED, DUPLICATE, DECLINED)


def _noticed() -> Iterator[Move]:
    yield Move(NOTICED, "discover", NOTICED, TELLERS, grounds=False, starts=(MESSAGE,))
    yield Move(NOTICED, "say_publicly", UNCONFIRMED, HOUSE, grounds=False)
    yield Move(NOTICED, "send_message", RECEIVED, TELLERS, grounds=False, stops=(MESSAGE,))
    for value in GRAVITY:
        yield Move(NOTICED, f"become_aware_{value}", AWAITING, (*MAKER, "house"), grounds=False,
                   starts=(REPORT[value],))  # fmt: skip
    yield Move(NOTICED, "take_over", RECEIVED, HOUSE)
    yield Move(NOTICED, "note_reported", REPORTED, HOUSE)


def _unconfirmed() -> Iterator[Move]:
    yield Move(UNCONFIRMED, "confirm", RECEIVED, ("clinic", *DESK))
    yield Move(UNCONFIRMED, "decline", DECLINED, ("clinic", *DESK))


def _received() -> Iterator[Move]:
    for value in GRAVITY:
        yield Move(RECEIVED, f"tell_maker_{value}", AWAITING, HOUSE, grounds=False, starts=(REPORT[value],))
    yield Move(RECEIVED, "link_device", RECEIVED, (*DESK, "registrar"), asks=("device_code",))
    yield Move(RECEIVED, "note_reported", REPORTED, HOUSE)


def _reported() -> Iterator[Move]:
    yield Move(AWAITING, "send_message", AWAITING, MAKER, grounds=False, stops=(MESSAGE,))
    yield Move(AWAITING, "file_report", REPORTED, (*MAKER, "house"), grounds=False, stops=EVERY)
    yield Move(REPORTED, "ask", QUESTIONED, DESK, asks=("question",))
    yield Move(QUESTIONED, "answer", REPORTED, MAKER)
    yield Move(QUESTIONED, "go_on_without_answer", REPORTED, DESK)


def _graver() -> Iterator[Move]:
    """Why from closed ones, too: a death that becomes known later is reported however the event ended."""
    for state in (AWAITING, REPORTED, QUESTIONED, CLOSED):
        for value in GRAVITY:
            yield Move(state, f"reclassify_{value}", AWAITING, (*DESK, "house"), starts=(REPORT[value],),
                       stops=REPORTS)  # fmt: skip


def _added() -> Iterator[Move]:
    """Documents that move nothing: they are attached in every state and never lost."""
    for state in (UNCONFIRMED, *LIVING, *ENDED):
        yield Move(state, "follow_up", state, TELLERS, grounds=False)
    for state in (*LIVING, CLOSED):
        yield Move(state, "correct", state, MAKER, grounds=False)
        yield Move(state, "issue_notice", state, MAKER, grounds=False)


def _ended() -> Iterator[Move]:
    for state in (UNCONFIRMED, *LIVING):
        yield Move(state, "mark_duplicate", DUPLICATE, DESK, asks=("leading_event",), stops=EVERY)
        yield Move(state, "void", DECLINED, (*DESK, "house"), stops=EVERY)
    for state in (RECEIVED, REPORTED, QUESTIONED):
        yield Move(state, "close", CLOSED, DESK, asks=("outcome",))
    yield Move(DUPLICATE, "split", RECEIVED, DESK)
    yield Move(CLOSED, "reopen", RECEIVED, DESK)
    yield Move(DECLINED, "reopen", RECEIVED, DESK)


ADVERSE_EVENT = Procedure(
    name="adverse_event",
    first=NOTICED,
    moves=(*_noticed(), *_unconfirmed(), *_received(), *_reported(), *_graver(), *_added(), *_ended()),
    closed=frozenset(ENDED),
    final=frozenset(),
)
