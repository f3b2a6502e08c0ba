# SPDX-License-Identifier: Apache-2.0
"""The reference page of the detectors is their dossiers and words, and its budgets are those of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from nadzor.detect.dossier import DETECTORS, dossiers
from nadzor.detect.reference import budgets, detectors_page
from nadzor.detect.suite import detector
from nadzor.detect.words import kinds, words_of
from nadzor.simulate.scoring import targets

PAGE = Path(__file__).parents[3] / "docs/reference/detectors.md"


def test_the_page_is_the_dossiers():
    """Drawn again it is the same; CONTRIBUTING.md names the command."""
    assert PAGE.read_text("utf-8") == detectors_page()


def test_every_detector_has_its_section_and_its_kinds():
    """In the order of the suite, each with a severity for whatever it may say."""
    drawn = [line.removeprefix("## ") for line in detectors_page().splitlines() if line.startswith("## ")]
    assert drawn == list(DETECTORS)
    assert [name for name in DETECTORS if not words_of(name)] == []
    assert sum(len(words_of(name)) for name in DETECTORS) == len(kinds()), "two detectors share a kind"


def test_the_budgets_are_those_of_the_code_and_stay_within_the_promise():
    """Dossier and code state the same; what renews each year stays within the promise of the suite."""
    stated = {page.detector: page.guarantee.budget for page in dossiers()}
    assert {name: detector(name).BUDGET for name in DETECTORS} == stated
    yearly, ever = budgets()
    assert yearly + ever == pytest.approx(sum(stated.values()))
    assert 0.0 < yearly <= targets().suite
