# SPDX-License-Identifier: Apache-2.0
"""Pieces of table that several procedures share: expertise, objections, and what reality brings to all.

Roles: the applicant is the manufacturer or its authorised representative (323-FZ art. 38; R-048 of the
facts); the regulator's registrar prepares, its head decides; the expert institution concludes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nadzor.procedures.moves import BACK, Move, Role

APPLICANT: Final[tuple[Role, ...]] = ("manufacturer_admin", "representative")
REGISTRAR: Final[tuple[Role, ...]] = ("registrar",)
HEAD: Final[tuple[Role, ...]] = ("head",)
EXPERT: Final[tuple[Role, ...]] = ("expert",)
OVERSEERS: Final[tuple[Role, ...]] = ("inspector", "registrar")
MAKER: Final[tuple[Role, ...]] = ("manufacturer_admin", "manufacturer_reporter", "representative")
DESK: Final[tuple[Role, ...]] = ("registrar", "head")

DRAFT: Final = "draft"
CONSIDERING: Final = "considering"
TASKING: Final = "tasking"
EXPERTISE: Final = "expertise"
NOTIFYING: Final = "notifying"
REFUSAL_HELD: Final = "refusal_held"
OBJECTING: Final = "objecting"
DECIDING: Final = "deciding"
DECIDING_REFUSAL: Final = "deciding_refusal"
REFUSED: Final = "refused"
RETURNED: Final = "returned"
REROUTED: Final = "rerouted"
ENTERED: Final = "entered"
WITHDRAWN: Final = "withdrawn"
STANDING_STILL: Final = "standing_still"
TERMINATED: Final = "terminated"

CONCLUSION: Final = "expertise.conclusion"
OBJECTIONS: Final = "objections.filing"
CONSIDERATION: Final = "objections.consideration"


def expertise(good: str, bad: str) -> tuple[Move, ...]:
    """From the task to the conclusion, which leaves in hard copy inside the same term.

    Law: Decree 1684, stage of expertise (T-04, T-05); Order 206n; grounds a-e (R-100).
    """
    return (
        Move(TASKING, "send_task", EXPERTISE, REGISTRAR, grounds=False, starts=(CONCLUSION,)),
        Move(EXPERTISE, "conclude_positive", good, EXPERT, stops=(CONCLUSION,)),
        Move(EXPERTISE, "conclude_negative", bad, EXPERT, stops=(CONCLUSION,), asks=("expertise_ground",)),
    )


def objections(*, cap: str = "") -> tuple[Move, ...]:
    """A negative conclusion holds the refusal until the applicant was heard.

    Law: Decree 1684, objections to a conclusion (R-101, T-06, T-07); `cap` is the overall limit that
    stands still while objections are considered, if the switch says so.
    """
    caps = (cap,) if cap else ()
    ends = (CONSIDERATION, *caps)
    held = (OBJECTIONS, *caps)
    return (
        Move(NOTIFYING, "notify_negative", REFUSAL_HELD, REGISTRAR, grounds=False, starts=(OBJECTIONS,)),
        Move(REFUSAL_HELD, "object", OBJECTING, APPLICANT, grounds=False, stops=(OBJECTIONS,),
             starts=(CONSIDERATION,), pauses=caps, within=OBJECTIONS, asks=("objections_text",)),
        Move(REFUSAL_HELD, "waive_objections", DECIDING_REFUSAL, APPLICANT, grounds=False,
             stops=(OBJECTIONS,)),
        Move(REFUSAL_HELD, "refuse", REFUSED, HEAD, after=OBJECTIONS, stops=held),
        Move(OBJECTING, "uphold_objections", EXPERTISE, REGISTRAR, stops=(CONSIDERATION,),
             starts=(CONCLUSION,), resumes=caps),
        Move(OBJECTING, "reject_objections", REFUSED, HEAD, stops=ends),
        Move(DECIDING_REFUSAL, "refuse", REFUSED, HEAD, stops=caps),
    )  # fmt: skip


def withdrawals(states: Iterable[str], clocks: tuple[str, ...]) -> tuple[Move, ...]:
    """The applicant may withdraw from every open state; every clock ends.

    Law: the applicant disposes of the application; no limit is known.
    """
    return tuple(
        Move(state, "withdraw", WITHDRAWN, APPLICANT, grounds=False, stops=clocks) for state in states
    )


def standing_still(states: Iterable[str], clocks: tuple[str, ...]) -> tuple[Move, ...]:
    """A court's stay, liquidation under way, powers ended, nobody responsible: no clock, no decision.

    Law: our own rule; the grounds of suspending proceedings under Decree 1684 could not be read (hole 2).
    """
    entries = tuple(
        Move(state, "stand_still", STANDING_STILL, DESK, pauses=clocks, asks=("standing_ground",))
        for state in states
    )
    return (*entries, Move(STANDING_STILL, "resume", BACK, DESK, resumes=clocks))


def termination(clocks: tuple[str, ...]) -> Move:
    """The obstacle will not go away: the applicant no longer exists, or nobody can speak for it.

    Law: our own rule; the decree's words on it could not be read (hole 2).
    """
    return Move(STANDING_STILL, "terminate", TERMINATED, HEAD, stops=clocks, asks=("end_ground",))


def reality(busy: tuple[str, ...], clocks: tuple[str, ...]) -> tuple[Move, ...]:
    """What happens to every application: it is withdrawn, stands still, goes on or is terminated.

    Law: as for its parts.
    """
    open_states = (DRAFT, *busy, STANDING_STILL)
    return (*withdrawals(open_states, clocks), *standing_still(busy, clocks), termination(clocks))


def refilings(states: Iterable[str]) -> tuple[Move, ...]:
    """File anew: the old matter stays as it ended, and an action opens a new one linked to it.

    Law: nothing bars a new application after a return, a refusal or a withdrawal.
    """
    return tuple(Move(state, "file_anew", state, APPLICANT, grounds=False) for state in states)
