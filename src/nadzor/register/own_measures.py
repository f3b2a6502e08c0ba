# SPDX-License-Identifier: Apache-2.0
"""Nobody decides a complaint against what they did themselves: another head does, or a delegate."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, Protocol

from nadzor.base.problems import Refusal
from nadzor.people.roles import Role
from nadzor.people.staff import staff
from nadzor.register import authority
from nadzor.register.filing_permissions import DELEGATES

COMPLAIN: Final = "complain"
ANSWERS: Final = frozenset({"uphold_complaint", "reject_complaint"})
#: Moves of a case that somebody may complain of as of a decision: measures, and the steps to a control.
MEASURES: Final = frozenset(
    {"issue_warning", "prescribe", "suspend", "suspend_at_once", "ask_consent", "order_control",
     "require_amendment", "pass_to_cancellation"}
)  # fmt: skip


class Made(Protocol):
    """A move that was made, as the tables and the cards have it."""

    verb: str
    by: str


def takers(steps: Iterable[Made]) -> frozenset[str]:
    """Who took a measure before the complaint that waits; none where no complaint does."""
    found: set[str] = set()
    barred: frozenset[str] = frozenset()
    for step in steps:
        found |= {step.by} if step.verb in MEASURES else set()
        if step.verb == COMPLAIN:
            barred = frozenset(found)
        elif step.verb in ANSWERS:
            barred = frozenset()
    return barred


def must_not_judge_own(
    username: str, verb: str, steps: Iterable[Made], *, organisations: set[str], on: date
) -> None:
    """Refuse an answer to a complaint by whoever took a measure of the case, and say who else may.

    Raises: Refusal case.own-measure; case.nobody-else where there is no other yet.
    """
    if verb not in ANSWERS:
        return
    barred = takers(steps)
    if username not in barred:
        return
    others = _others(barred, organisations, on)
    raise Refusal("case.own-measure", may=", ".join(others)) if others else Refusal("case.nobody-else")


def _others(barred: frozenset[str], organisations: set[str], on: date) -> list[str]:
    """Heads, and delegates for cases on this day, who took no measure and have no interest."""
    heads = [each.username for each in staff(Role.HEAD)]
    delegates = [
        each.username
        for each in staff(*DELEGATES)
        if authority.delegation(each.username, "case", on) is not None
    ]
    found = [name for name in (*heads, *delegates) if name not in barred]
    return [name for name in found if not authority.interested(name, organisations)]
