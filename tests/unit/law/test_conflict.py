# SPDX-License-Identifier: Apache-2.0
"""Conflicts, holes and bodies: complete, in both languages, and tied to norms that exist."""

from __future__ import annotations

from nadzor.law.conflict import bodies, conflicts, holes
from nadzor.law.load import norms, resolve


def test_the_twelve_conflicts_are_kept() -> None:
    """X1 to X12, each with what the founding text says and what others say, leading to their norms."""
    assert list(conflicts()) == [f"X{number}" for number in range(1, 13)]
    for key, conflict in conflicts().items():
        assert all((conflict.topic.ru, conflict.seed.ru, conflict.outside.ru, conflict.facts)), key
        assert all(resolve(fact) for fact in conflict.facts), key


def test_every_hole_names_its_norms() -> None:
    """What could not be read is said in words and tied to what it touches."""
    assert len(holes()) >= 13
    assert all(hole.text.ru and hole.text.en for hole in holes())
    assert all(resolve(fact) for hole in holes() for fact in hole.facts)


def test_bodies_are_cited() -> None:
    """Two institutions make the expertise and the inspection; the Moscow centre makes the trial."""
    by_work = {
        work: {body.code for body in bodies() if work in body.may} for work in ("expertise", "inspection")
    }
    assert by_work["expertise"] == by_work["inspection"] == {"nik", "vniiimt"}
    assert all(body.cite and body.name.ru and body.name.en for body in bodies())
    assert [body.code for body in bodies() if "accelerated_trial" in body.may]


def test_norms_name_known_conflicts_only() -> None:
    """The way from a norm to its conflict is never broken."""
    assert {name for _, entry in norms().values() for name in entry.conflicts} <= set(conflicts())
