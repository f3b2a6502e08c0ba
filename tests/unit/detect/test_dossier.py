# SPDX-License-Identifier: Apache-2.0
"""Dossiers: complete, in both languages, and at one with the code."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from nadzor.base.problems import Refusal
from nadzor.detect.dossier import DETECTORS, dossiers, read_dossier
from nadzor.detect.suite import detector


def page_of(detector):
    """A dossier as plain YAML."""
    return yaml.safe_load(files("nadzor.detect").joinpath(detector, "dossier.yaml").read_text("utf-8"))


def test_every_detector_has_one():
    """The list of detectors and the list of dossiers are the same."""
    assert tuple(one.detector for one in dossiers()) == DETECTORS


def test_dossier_and_code_state_one_budget():
    """What the dossier promises is what the code spends by default."""
    stated = {one.detector: one.guarantee.budget for one in dossiers()}
    spent = {name: getattr(detector(name), "BUDGET", None) for name in DETECTORS}
    assert stated == spent


def test_dossier_names_what_the_code_reads():
    """The measures of the dossier are those of the code."""
    for one in dossiers():
        assert set(one.reads) == {measure for measure, _ in detector(one.detector).READS}


def test_nobody_has_checked_them_yet_and_they_say_so():
    """Until a second statistician has looked, a dossier is unreviewed and names its next review."""
    assert {one.review.status for one in dossiers()} == {"unreviewed"}
    assert all(one.review.next_review for one in dossiers())


@pytest.mark.parametrize("missing", ["why_it_matters", "action", "not_excluded", "guarantee"])
def test_a_gap_in_a_dossier_is_refused(missing):
    """An inspector must be able to show all of it."""
    page = page_of("silence")
    del page[missing]
    with pytest.raises(Refusal, match=r"dossier\.incomplete"):
        read_dossier("silence", yaml.safe_dump(page))


def test_an_empty_answer_is_a_gap():
    """A list with nothing in it says nothing."""
    with pytest.raises(Refusal, match=r"dossier\.incomplete.*limits"):
        read_dossier("silence", yaml.safe_dump(page_of("silence") | {"limits": []}))


def test_a_dossier_of_another_detector_is_refused():
    """A copied page would vouch for code it does not describe."""
    with pytest.raises(Refusal, match=r"dossier\.incomplete"):
        read_dossier("silence", yaml.safe_dump(page_of("claim_check")))
