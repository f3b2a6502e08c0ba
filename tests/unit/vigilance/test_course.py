# SPDX-License-Identifier: Apache-2.0
"""Where a signal is going, by its evidence alone."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from nadzor.detect.finding import Effect
from nadzor.vigilance.course import Lately, Word, course, escalates, word_of
from tests.unit.vigilance.signals import FINDING

FIRST = Word(stands=True, estimate=2.0, low=1.5, high=3.0, sites=2)
AT_EASE = Lately(days=28, n=900, value=0.011, low=0.006, high=0.02, baseline=0.01)
WORSE = Lately(days=28, n=900, value=0.05, low=0.04, high=0.07, baseline=0.01)


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (FIRST, "ongoing"),
        (replace(FIRST, stands=False), "quiet"),
        (replace(FIRST, lately=AT_EASE), "quiet"),
        (replace(FIRST, lately=WORSE), "ongoing"),
        (replace(FIRST, estimate=3.5), "escalating"),
        (replace(FIRST, sites=4), "escalating"),
        (replace(FIRST, sites=3), "ongoing"),
        (replace(FIRST, episodes=2), "escalating"),
        (replace(FIRST, stands=False, episodes=3), "quiet"),
    ],
)
def test_the_last_word_decides(last, told):
    """Against the first word: gone or at ease is quiet, more of it is escalating, else it goes on."""
    assert course([FIRST, FIRST, last]) == told


def test_one_word_is_new():
    """Whatever it says: nothing later has been said yet."""
    assert course([replace(FIRST, lately=AT_EASE)]) == "new"


def test_the_figure_itself_may_grow():
    """The last days lie wholly beyond what the last days were when the signal was raised."""
    first = replace(FIRST, lately=replace(AT_EASE, value=0.02, low=0.015, high=0.03))
    assert course([first, replace(FIRST, lately=WORSE)]) == "escalating"
    assert not escalates(replace(FIRST, lately=AT_EASE), since=first)


def test_a_fall_escalates_downwards():
    """A share of what was expected that falls further is worse; one that recovers is not."""
    fallen = Word(stands=True, estimate=0.5, low=0.4, high=0.6)
    assert escalates(replace(fallen, estimate=0.2), since=fallen)
    assert not escalates(replace(fallen, estimate=0.7), since=fallen)


def test_a_difference_is_measured_from_zero():
    """Points lost: from minus four to minus nine is worse, whatever unit the kind has."""
    lost = Word(stands=True, estimate=-4.0, low=-6.0, high=-2.0, neutral=0.0)
    assert escalates(replace(lost, estimate=-9.0), since=lost)
    assert not escalates(replace(lost, estimate=-1.0), since=lost)


def test_a_finding_is_read_by_its_own_words():
    """A ratio means nothing at one; an unknown kind is taken for a ratio; sites are counted."""
    told = word_of(replace(FINDING, kind="failure.rise", facts={"sites": ["a", "b"]}), episodes=2)
    assert (told.neutral, told.sites, told.episodes, told.estimate) == (1.0, 2, 2, 3.0)
    assert word_of(replace(FINDING, kind="never.heard")).neutral == 1.0


def test_a_declared_figure_is_measured_from_its_bound():
    """A sensitivity below the bound gets worse by falling."""
    claim = replace(
        FINDING,
        detector="claim_check",
        kind="claim.contradicted",
        effect=Effect(name="sensitivity", estimate=0.7, low=0.6, high=0.8),
        baseline=replace(FINDING.baseline, rate=0.85),
    )
    worse = replace(claim, effect=Effect(name="sensitivity", estimate=0.5, low=0.4, high=0.6))
    assert escalates(word_of(worse), since=word_of(claim))
    assert not escalates(word_of(claim), since=word_of(worse))
