# SPDX-License-Identifier: Apache-2.0
"""Subgroup disparity: who is worse off, who is only different, and whose labels may speak."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.context import Context
from nadzor.detect.series import Days
from nadzor.detect.subgroup_disparity.detector import READS, Params, detect, watch
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)
MEASURES = {"agreement": ("disagree", "agree"), "sensitivity": ("fn", "tp"), "specificity": ("fp", "tn")}


def group_rows(kind, shares, *, dimension="age_band", months=7, weekly=200, selection="random"):
    """Weekly wrong and right answers of one device by stratum, and how its labels were selected."""
    rng, rows = np.random.default_rng(2), []
    for week in range(months * 4):
        day = FIRST + timedelta(days=7 * week)
        for stratum, share in shares.items():
            wrong = int(rng.binomial(weekly, share))
            rows += [
                Row(day, day, "d-1", "1.0", dimension=dimension, stratum=stratum, measure=measure,
                    finding="nodule", n=n)
                for measure, n in zip(MEASURES[kind], (wrong, weekly - wrong), strict=True)
            ]  # fmt: skip
        if kind != "agreement":
            rows.append(
                Row(day, day, "d-1", "1.0", dimension="selection", stratum=selection, measure="labels",
                    finding="nodule", n=weekly)
            )  # fmt: skip
    return rows


AGES = {"18-29": 0.05, "40-49": 0.05, "60-69": 0.05, "80+": 0.25}


@pytest.mark.parametrize("kind", ["agreement", "sensitivity", "specificity"])
def test_the_group_that_is_worse_off_is_named(kind):
    """One of four bands has five times the wrong answers: it alone is named, with the gap."""
    (found,) = detect(group_rows(kind, AGES))
    assert (found.kind, found.dimension, found.stratum) == (f"subgroup.{kind}", "age_band", "80+")
    assert found.effect.low <= 0.2 <= found.effect.high
    assert 0.0 < found.facts["shrunk"] < 0.3
    assert (found.facts["groups"], found.first_day) == (4, date(2031, 3, 8))


def test_of_two_sexes_the_worse_is_named():
    """The other one is better off, and that is no accusation."""
    found = detect(group_rows("agreement", {"f": 0.2, "m": 0.05}, dimension="sex"))
    assert [(one.dimension, one.stratum) for one in found] == [("sex", "f")]


def test_equipment_is_named_as_equipment():
    """A maker of scanners on whose images physicians disagree more."""
    (found,) = detect(
        group_rows("agreement", {"ge": 0.05, "canon": 0.05, "proton": 0.2}, dimension="equipment")
    )
    assert found.facts["equipment"] == ["proton"]


def test_better_off_or_alike_is_nobody():
    """Equal groups, and one that is better off than the others."""
    assert detect(group_rows("agreement", dict.fromkeys(AGES, 0.08))) == []
    assert detect(group_rows("agreement", {**AGES, "80+": 0.001, "18-29": 0.06})) == []


def test_the_unknown_are_no_group():
    """Studies without an age are not compared."""
    assert detect(group_rows("agreement", {"18-29": 0.05, "40-49": 0.05, "unknown": 0.3})) == []


def test_chosen_labels_accuse_nobody():
    """Labels of positives alone, or by choice, say nothing of a group."""
    assert detect(group_rows("sensitivity", AGES, selection="positives")) == []
    assert detect(group_rows("specificity", AGES, selection="choice")) == []


def test_small_cells_are_not_compared():
    """Fewer than fifty cases make no cell."""
    assert detect(group_rows("sensitivity", AGES, weekly=1)) == []


def test_a_declared_gap_is_not_held_against_the_device():
    """What the maker declared for a group is named only when it is exceeded."""
    rows, key = group_rows("agreement", AGES), ("d-1", "agreement", "age_band", "80+")
    assert detect(rows, params=Params(reference={key: 0.25})) == []
    assert len(detect(rows, params=Params(reference={key: 0.05}))) == 1


def test_the_calendar_says_which_looks_were_taken():
    """Before the second look nothing can last."""
    days = Days(group_rows("agreement", AGES), READS)
    assert watch(days, Context(after=date(2031, 3, 8))) == []
    assert len(watch(days, Context(after=date(2031, 3, 9)))) == 1
