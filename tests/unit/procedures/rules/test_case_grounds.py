# SPDX-License-Identifier: Apache-2.0
"""The rule of grounds: nothing on signals alone, the maker heard first, every complaint decided."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.procedures.case import CASE
from nadzor.procedures.rules.case_grounds import (
    DECIDES,
    ENDS,
    KINDS,
    MEASURES,
    Rest,
    allowed_on_grounds,
    open_complaints,
)

SIGNALS = (Rest("signal"), Rest("signal"))


@pytest.mark.parametrize("verb", sorted(MEASURES))
def test_no_measure_rests_on_signals_alone(verb: str) -> None:
    """Two signals are still signals, and the maker's silence adds nothing to them."""
    for made in ((), ("inquire", "go_on_without_answer")):
        with pytest.raises(Refusal) as refusal:
            allowed_on_grounds(verb, SIGNALS, made)
        assert refusal.value.code == "case.signal-alone"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "signal"])
def test_any_other_ground_carries_a_measure(kind: str) -> None:
    """An event, a document, a month, a report, a claim or a recomputation beside the signals is enough."""
    assert allowed_on_grounds("suspend", (*SIGNALS, Rest(kind)), ()) is None


def test_the_makers_own_answer_carries_a_measure() -> None:
    """What the maker said is weighed with the signals, whatever it was."""
    assert allowed_on_grounds("issue_warning", SIGNALS, ("inquire", "answer")) is None


@pytest.mark.parametrize(
    ("seriousness", "code"), [("other", "case.not-at-once"), ("death", ""), ("threat", "")]
)
def test_only_danger_lets_use_stop_before_the_maker_is_heard(seriousness: str, code: str) -> None:
    """An event of death or of a threat to public health, and no other."""
    rests = (*SIGNALS, Rest("event", seriousness))
    try:
        allowed_on_grounds("suspend_at_once", rests, ())
        said = ""
    except Refusal as refusal:
        said = refusal.code
    assert said == code


@pytest.mark.parametrize("verb", ["require_amendment", "pass_to_cancellation"])
def test_nothing_final_is_done_to_a_maker_that_was_not_heard(verb: str) -> None:
    """Suspended at once, the maker must answer or let its term run out before the case goes further."""
    with pytest.raises(Refusal) as refusal:
        allowed_on_grounds(verb, (Rest("event", "death"),), ("suspend_at_once",))
    assert refusal.value.code == "case.not-heard"
    assert allowed_on_grounds(verb, (Rest("event", "death"),), ("inquire", "go_on_without_answer")) is None


@pytest.mark.parametrize("verb", sorted(ENDS))
def test_a_case_does_not_end_over_a_complaint(verb: str) -> None:
    """Every complaint is decided first; a decision without any is refused."""
    with pytest.raises(Refusal) as refusal:
        allowed_on_grounds(verb, (Rest("event"),), ("answer", "complain"))
    assert refusal.value.code == "case.complaint-open"
    for decision in sorted(DECIDES):
        with pytest.raises(Refusal, match=r"case\.no-complaint"):
            allowed_on_grounds(decision, (), ("complain", decision))
    assert open_complaints(("complain", "object", "complain")) == 2


def test_the_rule_names_verbs_of_the_table() -> None:
    """Every verb the rule knows is a verb of the table, and every decision that closes a case is in it."""
    assert set(CASE.verbs) >= (MEASURES | ENDS | DECIDES)
    closing = {move.verb for move in CASE.moves if move.to in CASE.closed and move.start not in CASE.closed}
    assert closing - ENDS == {"court_reversal"}
