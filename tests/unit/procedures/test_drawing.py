# SPDX-License-Identifier: Apache-2.0
"""The pictures: well-formed, complete in both languages, and nothing drawn over anything else."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest

from nadzor.base.problems import Language
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.drawing import drawing, svg
from nadzor.procedures.moves import BACK, Procedure
from nadzor.procedures.words import words

each_procedure = pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=list(PROCEDURES))


@each_procedure
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_picture_shows_every_state_and_verb(procedure: Procedure, lang: Language) -> None:
    """The SVG is XML, and every state and verb of the table stands in it, by key and in words."""
    root = ElementTree.fromstring(svg(procedure, lang))  # noqa: S314 - our own text
    groups = list(root.iter("{http://www.w3.org/2000/svg}g"))
    assert {g.get("data-state") for g in groups} - {None, "several_states"} == set(procedure.states)
    assert {g.get("data-verb") for g in groups} - {None} == set(procedure.verbs)
    text = " ".join(root.itertext())
    said = words()[procedure.name]
    assert all(each.in_language(lang) in text for each in (*said.states.values(), *said.verbs.values()))


@each_procedure
def test_no_two_blocks_and_no_two_arrows_share_a_place(procedure: Procedure) -> None:
    """Every line is one state or one move, and a lane holds one arrow at a time unless they meet."""
    seen = drawing(procedure)
    lines = [node.line for node in seen.nodes] + [arrow.line for arrow in seen.arrows]
    assert sorted(lines) == list(range(seen.lines))
    laned = [arrow for arrow in seen.arrows if arrow.to != BACK]
    for one, other in combinations(laned, 2):
        meets = one.lane == other.lane and one.to != other.to
        spans = [sorted((each.line, each.target)) for each in (one, other)]
        assert not meets or spans[0][1] < spans[1][0] or spans[1][1] < spans[0][0]


def test_layers_follow_the_arrows() -> None:
    """A state's layer is its distance from the first one, and the kinds of states are told apart."""
    seen = {node.state: node for node in drawing(PROCEDURES["registration_simplified"]).nodes}
    assert [seen[state].rank for state in ("draft", "checking", "curing", "starting", "tasking")] == [
        0, 1, 2, 2, 3,
    ]  # fmt: skip
    kinds = [seen[s].kind for s in ("draft", "checking", "registered", "annulled", "several_states")]
    assert kinds == ["first", "open", "closed", "final", "anywhere"]


def test_colours_are_the_themes() -> None:
    """The picture names classes and the current colour, never a colour of its own."""
    picture = svg(PROCEDURES["signal"], "ru")
    assert "#" not in picture
    assert 'class="flow-state flow-final"' in picture
    assert 'stroke="currentColor"' in picture
    assert "style=" not in picture
