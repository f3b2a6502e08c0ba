# SPDX-License-Identifier: Apache-2.0
"""A case about a registered device: from a suspicion to a measure, a control, and back into use.

Law: 323-FZ art. 38, 96; Decree 1684, point 137 (R-130, R-131); the order of the first suspension of an AI
device in Russia (R-132): signal, analysis, deviation confirmed, suspension, unscheduled control, outcome.
The day counts of Order 980n could not be read: the one clock is the house's own, for the maker's answer.
The maker is heard before a measure; where people are in danger it is heard at once after the suspension.
What a measure must rest on besides the table, the rule of case grounds says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nadzor.base.problems import Refusal
from nadzor.procedures.fragments import DRAFT, HEAD, MAKER, OVERSEERS, REGISTRAR
from nadzor.procedures.moves import Ask, Move, Procedure

ANALYSING: Final = "analysing"
UNCONFIRMED: Final = "unconfirmed"
DEVIATION_CONFIRMED: Final = "deviation_confirmed"
INQUIRY: Final = "inquiry"
WEIGHING: Final = "weighing"
WARNED: Final = "warned"
PRESCRIBED: Final = "prescribed"
CORRECTING: Final = "correcting"
CURED: Final = "cured"
LEFT_IN_USE: Final = "left_in_use"
SUSPENDED: Final = "suspended"
HEARING: Final = "hearing"
CONSENT_ASKED: Final = "consent_asked"
CONSENTED: Final = "consented"
UNDER_CONTROL: Final = "under_control"
OUTCOME: Final = "outcome"
AMENDMENT_REQUIRED: Final = "amendment_required"
RESUMED: Final = "resumed"
PASSED_ON: Final = "passed_to_cancellation"
REVERSED: Final = "reversed"

INQUIRY_ANSWER: Final = "case.inquiry_answer"
CLOCK: Final = (INQUIRY_ANSWER,)
LAW: Final[tuple[Ask, ...]] = ("norm_cite",)
QUESTION: Final[tuple[Ask, ...]] = ("question",)
ANSWER: Final[tuple[Ask, ...]] = ("answer",)
SAID: Final[Mapping[str, tuple[Ask, ...]]] = {
    "recompute": ("recomputation",), "object": ("objections_text",), "complain": ("complaint",),
}  # fmt: skip
#: States in which the device is out of use and the case goes on; with PASSED_ON all in which it is.
STOPPED: Final = (
    SUSPENDED, HEARING, CONSENT_ASKED, CONSENTED, UNDER_CONTROL, OUTCOME, AMENDMENT_REQUIRED,
)  # fmt: skip
OUT_OF_USE: Final = (*STOPPED, PASSED_ON)
#: Measures that leave the device in use.
MILD: Final = (WARNED, PRESCRIBED, CORRECTING)
ASKED: Final = (INQUIRY, HEARING)
HEARD: Final = (*ASKED, WEIGHING, *MILD, *(state for state in STOPPED if state != HEARING))
DECIDABLE: Final = (SUSPENDED, OUTCOME)


def _inquiry() -> tuple[Move, ...]:
    """The maker is asked, before any measure; suspended at once, it is asked after, one time.

    Law: 323-FZ art. 96 (R-140): who monitors is asked; the house's own term (case.inquiry_answer).
    """
    back = ((INQUIRY, WEIGHING), (HEARING, SUSPENDED))
    return (
        *(Move(state, "inquire", INQUIRY, OVERSEERS, asks=QUESTION, starts=CLOCK)
          for state in (DEVIATION_CONFIRMED, WEIGHING)),
        Move(SUSPENDED, "inquire", HEARING, OVERSEERS, asks=QUESTION, starts=CLOCK, once=True),
        *(Move(state, "answer", to, MAKER, asks=ANSWER, grounds=False, stops=CLOCK)
          for state, to in back),
        *(Move(state, "go_on_without_answer", to, OVERSEERS, after=INQUIRY_ANSWER, stops=CLOCK)
          for state, to in back),
    )  # fmt: skip


def _spoken() -> tuple[Move, ...]:
    """What the maker may say at any time once it was asked, and how the head decides a complaint.

    Law: our own rule of due process; a complaint that is upheld lifts what it was filed against.
    """
    return (
        *(Move(state, verb, state, MAKER, asks=asks, grounds=False)
          for state in HEARD for verb, asks in SAID.items()),
        Move(INQUIRY, "uphold_complaint", DEVIATION_CONFIRMED, HEAD, stops=CLOCK),
        *(Move(state, "uphold_complaint", WEIGHING, HEAD) for state in (WEIGHING, *MILD)),
        *(Move(state, "uphold_complaint", WEIGHING, HEAD, stops=_clock(state), effect="resume_device")
          for state in STOPPED),
        *(Move(state, "reject_complaint", state, HEAD) for state in HEARD),
    )  # fmt: skip


def _measures() -> tuple[Move, ...]:
    """From the mildest measure to the suspension of use.

    Law: Decree 1684, point 137; 323-FZ art. 96; R-132.
    """
    return (
        *(Move(state, "leave_in_use", LEFT_IN_USE, HEAD) for state in (DEVIATION_CONFIRMED, WEIGHING)),
        Move(WEIGHING, "close_unconfirmed", UNCONFIRMED, HEAD),
        Move(WEIGHING, "issue_warning", WARNED, HEAD, asks=LAW),
        *(Move(state, "prescribe", PRESCRIBED, HEAD, asks=("norm_cite", "defects"))
          for state in (WEIGHING, WARNED)),
        *(Move(state, "accept_correction", CORRECTING, OVERSEERS, asks=("correction",))
          for state in (WEIGHING, WARNED, PRESCRIBED)),
        *(Move(state, "note_cured", CURED, OVERSEERS, asks=("evidence",)) for state in MILD),
        *(Move(state, "suspend", SUSPENDED, HEAD, asks=LAW, effect="suspend_device")
          for state in (WEIGHING, *MILD)),
        Move(DEVIATION_CONFIRMED, "suspend_at_once", SUSPENDED, HEAD, asks=LAW, effect="suspend_device"),
    )  # fmt: skip


def _control() -> tuple[Move, ...]:
    """The unscheduled control, which the prosecutor agrees to first, and what follows from it.

    Law: R-132; 323-FZ art. 38, 96; Decree 1684, point 137 (R-131).
    """
    return (
        Move(SUSPENDED, "ask_consent", CONSENT_ASKED, HEAD, asks=("consent_ground",)),
        Move(CONSENT_ASKED, "note_consent", CONSENTED, OVERSEERS, asks=("consent",)),
        Move(CONSENT_ASKED, "note_consent_refused", SUSPENDED, OVERSEERS, asks=("consent",)),
        Move(CONSENTED, "order_control", UNDER_CONTROL, HEAD, asks=("control_order",)),
        Move(UNDER_CONTROL, "record_control", OUTCOME, ("inspector",), asks=("control_result",)),
        *(Move(state, "require_amendment", AMENDMENT_REQUIRED, HEAD, asks=("defects",))
          for state in DECIDABLE),
        Move(AMENDMENT_REQUIRED, "note_amendment", OUTCOME, REGISTRAR, asks=("amendment",)),
        *(Move(state, "resume_use", RESUMED, HEAD, stops=_clock(state), effect="resume_device")
          for state in (SUSPENDED, HEARING, OUTCOME)),
        *(Move(state, "pass_to_cancellation", PASSED_ON, HEAD, asks=("cancellation_ground",))
          for state in (*DECIDABLE, AMENDMENT_REQUIRED)),
        *(Move(state, "court_reversal", REVERSED, HEAD, asks=("court_act",)) for state in MILD),
        *(Move(state, "court_reversal", REVERSED, HEAD, asks=("court_act",), stops=_clock(state),
               effect="resume_device") for state in OUT_OF_USE),
    )  # fmt: skip


def _clock(state: str) -> tuple[str, ...]:
    """The clock that runs in a state."""
    return CLOCK if state in ASKED else ()


CASE = Procedure(
    name="case",
    first=DRAFT,
    moves=(
        Move(DRAFT, "open_matter", ANALYSING, OVERSEERS, asks=("evidence",)),
        Move(ANALYSING, "confirm_deviation", DEVIATION_CONFIRMED, OVERSEERS, asks=("evidence",)),
        Move(ANALYSING, "close_unconfirmed", UNCONFIRMED, HEAD),
        *_inquiry(),
        *_spoken(),
        *_measures(),
        *_control(),
    ),
    closed=frozenset({UNCONFIRMED, CURED, LEFT_IN_USE, RESUMED, PASSED_ON, REVERSED}),
    final=frozenset({UNCONFIRMED, CURED, LEFT_IN_USE, RESUMED, REVERSED}),
)


def is_amendable(state: str) -> bool:
    """Whether a device may be amended while its case stands in this state.

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
