# SPDX-License-Identifier: Apache-2.0
"""R-120 as a truth table: every set of changes, with and without AI and transmission, against plain words.

The second reading is written from the facts sheet alone: point 110 -> new registration; else the conditions
of R-111 -> simplified; else point 111 -> without expertise; else with expertise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations, product

import pytest

from nadzor.base.problems import Refusal
from nadzor.procedures.rules.amendment_route import Facts, route

DAY = date(2026, 11, 22)
KINDS = (
    "version_numbering", "functional_purpose", "principle_of_operation", "models_added", "maker", "sites",
    "maker_requisites", "representative", "address_renamed", "document_validity", "other",
)  # fmt: skip
LIMITS = {
    "amendment_new_registration": (31, "working_day"),
    "amendment_version": (5, "working_day"),
    "amendment_plain": (10, "working_day"),
    "amendment_expertise": (36, "working_day"),
}


def by_the_sheet(changes: frozenset[str], ai: bool, transmits: bool) -> str:
    """R-118, R-111, R-116 and R-119 in this order."""
    if "functional_purpose" in changes or "principle_of_operation" in changes or "models_added" in changes:
        return "amendment_new_registration"
    if "maker" in changes and "sites" in changes:
        return "amendment_new_registration"
    if list(changes) == ["version_numbering"] and ai and transmits:
        return "amendment_version"
    for change in changes:
        if change not in {"maker_requisites", "representative", "address_renamed", "document_validity"}:
            return "amendment_expertise"
    return "amendment_plain"


def _sets() -> Iterator[tuple[str, ...]]:
    for size in range(1, len(KINDS) + 1):
        yield from combinations(KINDS, size)


@pytest.mark.parametrize(("ai", "transmits"), list(product((True, False), repeat=2)))
def test_every_set_of_changes_takes_the_way_of_the_sheet(ai: bool, transmits: bool) -> None:
    """All 2047 sets of changes; whatever they are, the answer names a reason and a limit."""
    seen = set()
    for changes in _sets():
        found = route(Facts(changes=changes, ai=ai, transmits=transmits), DAY)
        assert found.procedure == by_the_sheet(frozenset(changes), ai, transmits), changes
        assert (found.limit, found.unit) == LIMITS[found.procedure]
        assert found.reasons
        assert found.procedure not in {other.procedure for other in found.alternatives}
        seen.add(found.procedure)
    assert seen == set(LIMITS) - (set() if ai and transmits else {"amendment_version"})


@pytest.mark.parametrize("changes", [kinds for kinds in _sets() if len(kinds) < 3])
def test_the_order_of_saying_changes_nothing(changes: tuple[str, ...]) -> None:
    """Changes are a set: order and repetition are no facts."""
    said = Facts(changes=changes, ai=True, transmits=True)
    again = Facts(changes=(*reversed(changes), changes[0]), ai=True, transmits=True)
    assert route(again, DAY) == route(said, DAY)


# what is said besides "the version numbering changes" · procedure, or the place that is asked for
SAID = [
    ({"ai": True, "transmits": True, "affects_functional_purpose": False}, "amendment_version"),
    ({"ai": True, "transmits": True, "affects_functional_purpose": True}, "amendment_new_registration"),
    ({"ai": True, "transmits": True, "affects_principle_of_operation": True}, "amendment_new_registration"),
    ({"ai": True, "transmits": True, "affects_principle_of_operation": False}, "amendment_version"),
    ({"ai": False}, "amendment_expertise"),
    ({"transmits": False}, "amendment_expertise"),
    ({"ai": True}, "$.transmits"),
    ({"transmits": True}, "$.ai"),
    ({}, "$.ai"),
]


@pytest.mark.parametrize(("said", "wanted"), SAID)
def test_a_version_change_is_asked_about_only_as_far_as_needed(said: dict[str, bool], wanted: str) -> None:
    """R-111 and R-112: one condition that fails settles it; one that is not known is asked for."""
    facts = Facts(changes=("version_numbering",), **said)
    if wanted.startswith("$"):
        with pytest.raises(Refusal) as refused:
            route(facts, DAY)
        assert (refused.value.code, refused.value.at) == ("rules.fact-missing", wanted)
    else:
        assert route(facts, DAY).procedure == wanted


@pytest.mark.parametrize("change", ["functional_purpose", "principle_of_operation"])
def test_naming_a_change_and_denying_it_is_a_contradiction(change: str) -> None:
    """The place of the denial is named; nothing is guessed."""
    with pytest.raises(Refusal) as refused:
        route(Facts(changes=(change,), **{f"affects_{change}": False}), DAY)
    assert (refused.value.code, refused.value.at) == ("rules.answer-contradicts", f"$.affects_{change}")


def test_an_effect_alone_is_a_change() -> None:
    """Who names no change but an effect on the purpose has named one."""
    found = route(Facts(changes=(), affects_functional_purpose=True), DAY)
    assert found.procedure == "amendment_new_registration"
