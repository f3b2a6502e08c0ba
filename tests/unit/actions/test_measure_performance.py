# SPDX-License-Identifier: Apache-2.0
"""Performance from rollups alone: exact figures, honest gaps, names from the register."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date

import msgspec
import pytest

from nadzor.actions.import_register import import_register
from nadzor.actions.measure_performance import Performance, measure_performance
from nadzor.base.home import Home
from nadzor.detect.stats.auc import auc_of_cases
from nadzor.measures.rollup import Row
from nadzor.people.queries import CONSOLE
from tests.register_samples import NOW, device, register
from tests.rollup_samples import row, write_rollups
from tests.shared import SHARED

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 5)
NODULE = {"finding": "lung_nodule"}


@pytest.fixture(autouse=True)
def _register() -> None:
    import_register(register(device()), by=CONSOLE, now=NOW)


def _measured(home: Home, *rows: Row) -> list[Performance]:
    write_rollups(home, rows)
    return measure_performance(home)


def _scores(present: dict[int, int], absent: dict[int, int]) -> list[Row]:
    sides = {"score_present": present, "score_absent": absent}
    return [
        row(name, n, DAY, bin=score, **NODULE) for name, side in sides.items() for score, n in side.items()
    ]


def test_figures_are_exact(home: Home) -> None:
    """Shares with their exact limits, the AUC of the scores, agreement pooled over readers."""
    outcomes = {"tp": 9, "fn": 1, "tn": 16, "fp": 4, "agree": 30, "disagree": 10}
    rows = [row(name, n, DAY, site="s-1", **NODULE) for name, n in outcomes.items()]
    (told,) = _measured(home, *rows, *_scores({9000: 9, 100: 1}, {9000: 4, 50: 16}))
    assert (told.n, told.positives) == (30, 10)
    assert (told.sensitivity, told.specificity, told.agreement) == (0.9, 0.8, 0.75)
    assert told.sensitivity_ci == pytest.approx((0.5550, 0.9975), abs=1e-4)
    assert told.auc == pytest.approx(0.9 * 0.2 / 2 + 0.9 * 0.8 + 0.1 * 0.8)
    assert told.auc_ci is not None
    assert told.auc_ci[0] < told.auc < told.auc_ci[1]


def test_names_come_from_the_register(home: Home) -> None:
    """The device and a declared finding by their English names; an undeclared finding by its code."""
    known, other = _measured(home, row("agree", 1, DAY, **NODULE), row("agree", 1, DAY, finding="zz_other"))
    assert (known.code, known.device) == ("ai-901", "Luchik Lung CT")
    assert (known.finding, known.finding_code) == ("Nodule", "lung_nodule")
    assert (other.finding, other.finding_code) == ("zz_other", "zz_other")


def test_missing_decisions_are_null(home: Home) -> None:
    """Scores without decisions give an AUC and nothing else; the JSON says null."""
    (told,) = _measured(home, *_scores({9000: 3}, {10: 5}))
    plain = msgspec.json.decode(msgspec.json.encode(told))
    assert (plain["n"], plain["positives"], plain["auc"]) == (8, 3, 1.0)
    names = ("sensitivity", "sensitivity_ci", "specificity", "specificity_ci", "agreement")
    assert [plain[name] for name in names] == [None] * 5


def test_one_class_has_no_auc(home: Home) -> None:
    """With no absent case there is no AUC and no specificity, but a sensitivity."""
    (told,) = _measured(home, row("tp", 2, DAY, **NODULE), *_scores({9000: 2}, {}))
    assert (told.auc, told.auc_ci, told.specificity, told.sensitivity) == (None, None, None, 1.0)


def test_versions_are_apart(home: Home) -> None:
    """Each version has its own line; sites are pooled."""
    rows = [
        row("tp", 1, DAY, site=site, version=version, **NODULE) for site in "ab" for version in ("1.0", "1.1")
    ]
    assert [(told.version, told.positives) for told in _measured(home, *rows)] == [("1.0", 2), ("1.1", 2)]


def test_real_scores_keep_their_auc(home: Home) -> None:
    """Scores between 0.500 and 0.504, as a real model gives them, keep their AUC within 0.002."""
    reads = SHARED / "real-ai-reads"
    if not reads.exists():
        pytest.skip("the real reads are not here")
    scores = {one["Study"]: float(one["Atelectasis"]) for one in _table(reads / "model_ihil_scores.csv")}
    truth = {one["Study"]: float(one["Atelectasis"]) > 0 for one in _table(reads / "reference_standard.csv")}
    low, high = min(scores.values()), max(scores.values())
    bins = {study: round((score - low) / (high - low) * 10_000) for study, score in scores.items()}
    sides = (Counter(bins[study] for study in bins if truth[study] is side) for side in (True, False))
    (told,) = _measured(home, *_scores(*sides))
    exact = auc_of_cases([scores[study] for study in bins], [truth[study] for study in bins])
    assert told.auc == pytest.approx(exact.auc, abs=0.002)
    assert told.n == len(scores)


def _table(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as page:
        return list(csv.DictReader(page))
