# SPDX-License-Identifier: Apache-2.0
"""Suspending the use of a registered device: from a finding to a decision, a control and its outcome.

Law: 323-FZ art. 38, 96; Decree 1684, point 137 (R-130, R-131); the order of the first suspension of an AI
device in Russia (R-132): signal, analysis, deviation confirmed, suspension, unscheduled control, outcome.
No limit was found for any of these steps: no clock runs, and none is guessed.  A signal alone never suspends:
the maker is asked, a person confirms the deviation with evidence, a head decides.
"""

from __future__ import annotations

from typing import Final

from nadzor.base.problems import Refusal
from nadzor.procedures.fragments import DRAFT, HEAD, MAKER, OVERSEERS, REGISTRAR
from nadzor.procedures.moves import Move, Procedure

ANALYSING: Final = "analysing"
MAKER_ASKED: Final = "maker_asked"
UNCONFIRMED: Final = "unconfirmed"
DEVIATION_CONFIRMED: Final = "deviation_confirmed"
LEFT_IN_USE: Final = "left_in_use"
SUSPENDED: Final = "suspended"
UNDER_CONTROL: Final = "under_control"
OUTCOME: Final = "outcome"
AMENDMENT_REQUIRED: Final = "amendment_required"
RESUMED: Final = "resumed"
PASSED_ON: Final = "passed_to_cancellation"
REVERSED: Final = "reversed"

#: States in which the device is out of use.
OUT_OF_USE: Final = (SUSPENDED, UNDER_CONTROL, OUTCOME, AMENDMENT_REQUIRED, PASSED_ON)
DECIDABLE: Final = (SUSPENDED, OUTCOME)

SUSPENSION = Procedure(
    name="suspension",
    first=DRAFT,
    moves=(
        Move(DRAFT, "open_matter", ANALYSING, OVERSEERS, asks=("evidence",)),
        Move(ANALYSING, "ask_maker", MAKER_ASKED, OVERSEERS),
        Move(MAKER_ASKED, "answer", ANALYSING, MAKER, asks=("answer",), grounds=False),
        Move(MAKER_ASKED, "go_on_without_answer", ANALYSING, OVERSEERS),
        Move(ANALYSING, "confirm_deviation", DEVIATION_CONFIRMED, OVERSEERS, asks=("evidence",)),
        Move(ANALYSING, "close_unconfirmed", UNCONFIRMED, HEAD),
        Move(DEVIATION_CONFIRMED, "suspend", SUSPENDED, HEAD, asks=("norm_cite",), effect="suspend_device"),
        Move(DEVIATION_CONFIRMED, "leave_in_use", LEFT_IN_USE, HEAD),
        Move(SUSPENDED, "order_control", UNDER_CONTROL, HEAD, asks=("control_order",)),
        Move(UNDER_CONTROL, "record_control", OUTCOME, ("inspector",), asks=("control_result",)),
        *(Move(state, "require_amendment", AMENDMENT_REQUIRED, HEAD, asks=("defects",))
          for state in DECIDABLE),
        Move(AMENDMENT_REQUIRED, "note_amendment", OUTCOME, REGISTRAR, asks=("amendment",)),
        Move(AMENDMENT_REQUIRED, "pass_to_cancellation", PASSED_ON, HEAD, asks=("cancellation_ground",)),
        *(Move(state, "resume_use", RESUMED, HEAD, effect="resume_device") for state in DECIDABLE),
        *(Move(state, "pass_to_cancellation", PASSED_ON, HEAD, asks=("cancellation_ground",))
          for state in DECIDABLE),
        *(Move(state, "court_reversal", REVERSED, HEAD, asks=("court_act",), effect="resume_device")
          for state in OUT_OF_USE),
    ),
    closed=frozenset({UNCONFIRMED, LEFT_IN_USE, RESUMED, PASSED_ON, REVERSED}),
    final=frozenset({UNCONFIRMED, LEFT_IN_USE, RESUMED, REVERSED}),
)  # fmt: skip


def is_amendable(state: str) -> bool:
    """Whether a device may be amended while its suspension stands in this state.

    Law: Decree 1684, point 137 (R-131): an amendment is demanded before cancelling for a discrepancy.
    """
    return state not in OUT_OF_USE or state == AMENDMENT_REQUIRED


def allowed_to_amend(state: str) -> None:
    """Stop an amendment from being entered while the device is out of use, unless it was demanded.

    Law: Decree 1684, point 137 (R-131).  Filing is always possible; only the entry waits.
    Raises: Refusal move.device-suspended.
    """
    if not is_amendable(state):
        raise Refusal("move.device-suspended", state=state)
