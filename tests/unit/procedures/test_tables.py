# SPDX-License-Identifier: Apache-2.0
"""Every table: sound, worded in both languages, drawn as it is, and never deciding by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from nadzor.law.load import norms
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.diagram import page
from nadzor.procedures.faults import table_faults
from nadzor.procedures.ledger import PAUSES, RESUMES
from nadzor.procedures.matrix import permissions, permissions_page
from nadzor.procedures.moves import ASKS, EFFECTS, MOVERS, Procedure
from nadzor.procedures.words import asks, effects, pages, words

REFERENCE = Path(__file__).parents[3] / "docs/reference"
each_procedure = pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda table: table.name)
#: States of a case that only a decision to suspend leads to: back from them nothing is decided anew.
DECIDED_BEFORE = {"hearing", "consent_asked"}
HOUSE_NOTES = {"transmission", "signal", "adverse_event", "monitoring"}
DECISIONS = {"refused", "registered", "entered", "cancelled", "suspended", "reinstated", "closed_uncorrected"}


@each_procedure
def test_no_table_has_a_fault(procedure: Procedure) -> None:
    """Arrows, exits, clocks, pauses, questions and effects of every table are sound."""
    assert table_faults(procedure) == []


@each_procedure
def test_only_people_of_the_regulator_decide(procedure: Procedure) -> None:
    """Every decision is a head's or a registrar's, with grounds; the house only notes."""
    deciding = [
        move
        for move in procedure.moves
        if move.to in DECISIONS and move.to != move.start and move.start not in DECIDED_BEFORE
    ]
    assert all(set(move.by) <= {"head", "registrar"} and move.grounds for move in deciding)
    assert all(not move.effect for move in procedure.moves if "house" in move.by)


@each_procedure
def test_every_mover_is_known(procedure: Procedure) -> None:
    """Only roles of the house move anything; the house itself only notes."""
    by = {role for move in procedure.moves for role in move.by}
    assert by <= set(MOVERS)
    assert "house" not in by or procedure.name in HOUSE_NOTES


@each_procedure
def test_the_words_are_those_of_the_table(procedure: Procedure) -> None:
    """Each state, verb and explanation is said in both languages; no procedure writes an idle word."""
    said, own = words()[procedure.name], pages().procedures[procedure.name]
    texts = (said.title, *said.states.values(), *said.verbs.values(), *said.explains.values())
    assert all(text.ru and text.en and text.ru != text.en for text in texts)
    assert set(own.states) <= set(procedure.states)
    assert set(own.verbs) | set(own.explains) <= set(procedure.verbs)


def test_no_shared_word_is_idle() -> None:
    """What stands under `shared` is used by some table that has no word of its own."""
    shared, own = pages().shared, pages().procedures
    tables = PROCEDURES.values()
    assert set(shared.states) == {s for p in tables for s in p.states if s not in own[p.name].states}
    assert set(shared.verbs) == {v for p in tables for v in p.verbs if v not in own[p.name].verbs}
    assert set(shared.explains) == {v for p in tables for v in p.verbs if v not in own[p.name].explains}
    assert own.keys() == PROCEDURES.keys()


def test_questions_and_effects_are_worded_and_used() -> None:
    """Every question a move may ask and every effect it may have is worded, and some table uses it."""
    moves = [move for procedure in PROCEDURES.values() for move in procedure.moves]
    assert set(asks()) == set(ASKS) == {ask for move in moves for ask in move.asks}
    assert {"", *effects()} == set(EFFECTS) == {move.effect for move in moves}


def test_the_law_has_every_switch() -> None:
    """A pause is governed by a norm of the house, unverified, and every switch can be closed again."""
    assert set(RESUMES.values()) == set(PAUSES.values())
    for switch in set(PAUSES.values()):
        entry = norms()[switch][1]
        assert entry.unit == "switch"
        assert {value.status for value in entry.values} == {"unverified"}


@each_procedure
def test_the_page_is_the_table(procedure: Procedure) -> None:
    """The reference page equals what the table draws today, and cites the law the table follows."""
    drawn = REFERENCE / f"{procedure.name.replace('_', '-')}-states.md"
    assert drawn.read_text("utf-8") == page(procedure)


def test_the_permissions_page_is_the_tables() -> None:
    """The matrix of roles, states and verbs equals what the tables say today."""
    assert (REFERENCE / "permissions.md").read_text("utf-8") == permissions_page()


def test_the_matrix_holds_every_arrow() -> None:
    """One row for each role of each arrow; an auditor and an operator move nothing, a clinic only events."""
    rows = permissions()
    assert {row.procedure for row in rows if row.role == "clinic"} == {"adverse_event"}
    assert len(rows) == sum(len(m.by) for p in PROCEDURES.values() for m in p.moves)
    assert not {row.role for row in rows} & {"auditor", "operator", "moscow_centre"}
    assert {row.verb for row in rows if row.role == "expert"} == {
        "conclude_positive", "conclude_negative", "register_paper", "ask_applicant", "go_on_without_answer",
    }  # fmt: skip
