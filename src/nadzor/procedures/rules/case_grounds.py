# SPDX-License-Identifier: Apache-2.0
"""What a measure of a case must rest on besides its table.  Pure.

A signal is a finding of a detector, chosen from many; on signals alone no measure is taken.  Another kind of
ground, or the maker's own answer, must stand beside them.  A device is suspended before its maker was heard
only where an adverse event says that people died or are in danger.  Every complaint is decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from nadzor.base.problems import Refusal

SIGNAL: Final = "signal"
EVENT: Final = "event"
KINDS: Final = (SIGNAL, EVENT, "claim", "month", "monitoring", "recomputation", "document")
URGENT: Final = ("threat", "death")
MEASURES: Final = frozenset({
    "issue_warning", "prescribe", "suspend", "suspend_at_once", "ask_consent", "note_consent",
    "order_control", "require_amendment", "pass_to_cancellation",
})  # fmt: skip
#: Decisions that end the case; a court's act ends it whatever still waits.
ENDS: Final = frozenset({
    "close_unconfirmed", "leave_in_use", "note_cured", "resume_use", "pass_to_cancellation",
})  # fmt: skip
#: What may not be done to a maker that was never asked.
AFTER_HEARING: Final = frozenset({"require_amendment", "pass_to_cancellation"})
DECIDES: Final = frozenset({"uphold_complaint", "reject_complaint"})


class Rest(Struct, frozen=True):
    """One thing a case rests on: its kind; for an event also how serious it is."""

    kind: str
    seriousness: str = ""


def allowed_on_grounds(verb: str, grounds: Sequence[Rest], made: Sequence[str]) -> None:
    """Stop a move of a case that its grounds and the verbs made so far do not carry.

    Law: 323-FZ art. 96; design: no legal act rests on a signal alone (our own rule).
    Raises: Refusal case.signal-alone, case.not-at-once, case.not-heard, case.no-complaint,
    case.complaint-open.
    """
    if verb in MEASURES and not is_more_than_signals(grounds, made):
        raise Refusal("case.signal-alone", "$.verb", verb=verb)
    if verb == "suspend_at_once" and not any(rest.seriousness in URGENT for rest in grounds):
        raise Refusal("case.not-at-once", "$.verb")
    if verb in AFTER_HEARING and not was_heard(made):
        raise Refusal("case.not-heard", "$.verb", verb=verb)
    if verb in DECIDES and not open_complaints(made):
        raise Refusal("case.no-complaint", "$.verb")
    if verb in ENDS and open_complaints(made):
        raise Refusal("case.complaint-open", "$.verb", complaints=open_complaints(made))


def is_more_than_signals(grounds: Sequence[Rest], made: Sequence[str]) -> bool:
    """Whether another kind of ground or the maker's answer stands beside the signals.

    Law: our own rule.  Silence of the maker is no ground.
    """
    return "answer" in made or any(rest.kind != SIGNAL for rest in grounds)


def was_heard(made: Sequence[str]) -> bool:
    """Whether the maker answered, or was asked and let the term run out.

    Law: our own rule.
    """
    return "answer" in made or "go_on_without_answer" in made


def open_complaints(made: Sequence[str]) -> int:
    """How many complaints wait for a decision; one decision answers all that are open.

    Law: our own rule.
    """
    last = max((place for place, verb in enumerate(made) if verb in DECIDES), default=-1)
    return sum(verb == "complain" for verb in made[last + 1 :])
