# SPDX-License-Identifier: Apache-2.0
"""Findings in words: complete in both languages, and without causes that nothing has shown."""

from __future__ import annotations

import re
from datetime import date

import pytest

from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee, Located
from nadzor.detect.words import UNKNOWN, headline, kinds, missing, sentence, severity, written

CAUSAL = re.compile(r"\bcaused?\b|because|due to|led to|вызва|из-за|привел", re.IGNORECASE)
DAY = date(2031, 5, 4)


def finding(kind, **facts):
    """A finding of some kind with these facts."""
    effect = Effect(name="rate_ratio", estimate=1.84, low=1.21, high=11.5)
    return Finding(
        detector="failure_cusum", code="c" * 64, kind=kind, device="d-1", version="2.4", statistic=9.0,
        threshold=5.0, guarantee=Guarantee(kind="run_length", budget=0.04, spent=0.01), effect=effect,
        baseline=Baseline(hash="b" * 64), first_day=DAY, rows_hash="r" * 64, rows_read=3, facts=facts,
        located=Located(day=date(2031, 5, 1), low=DAY, high=DAY),
    )  # fmt: skip


def test_a_sentence_has_its_figures_in_both_languages():
    """Numbers and days are written as each language writes them; a long list of sites is cut and counted."""
    said = sentence(finding("failure.rise", sites=["s-1", "s-2", "s-3", "s-4", "s-5"]), {"s-1": "First"})
    assert "С 01.05.2031" in said.ru and "в 1,84 раза" in said.ru and "(от 1,21 до 11,5)" in said.ru
    assert "Since 1 May 2031" in said.en and "First, s-2, s-3, s-4 (+1)" in said.en


def test_a_kind_nobody_knows_is_its_own_name():
    """A page with a finding of an older or newer release still opens, and takes it for possible harm."""
    strange = finding("strange.kind")
    assert (headline(strange).ru, sentence(strange).en) == ("strange.kind", "strange.kind")
    assert severity(strange) == 3


def test_a_day_among_the_facts_is_written_as_one():
    """No sentence shows a day as a machine writes it; what only looks like a day stays as it is."""
    kind = "fabrication.copied_week"
    facts = dict.fromkeys(missing(finding(kind)), "2031-02-03")
    said = sentence(finding(kind, **facts))
    assert "03.02.2031" in said.ru and "3 February 2031" in said.en and "2031-02" not in said.ru + said.en
    assert "2031-02-31" in sentence(finding(kind, **dict.fromkeys(facts, "2031-02-31"))).ru


def test_evidence_that_lacks_a_fact_is_read_by_its_headline():
    """Words may name what an older finding never told: no sentence with a hole, and never a fault."""
    bare = finding("fabrication.copied_week")
    assert sentence(bare) == headline(bare)
    assert missing(bare) and UNKNOWN in headline(bare).en


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_is_said_of_evidence_without_facts(kind):
    """Whatever the words of a kind name, a finding without facts has a line in both languages."""
    told = headline(finding(kind)), sentence(finding(kind))
    assert all(text.ru and text.en and "{" not in text.ru + text.en for text in told)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_no_cause_is_claimed_without_a_comparison(kind):
    """Causal words stand only where the design is a difference in differences."""
    words = kinds()[kind]
    said = " ".join((words.headline.ru, words.headline.en, words.sentence.ru, words.sentence.en))
    assert kind.endswith(".compared") or not CAUSAL.search(said)
    assert len(words.headline.ru) <= 110 and len(words.headline.en) <= 110


@pytest.mark.parametrize(
    ("value", "unit", "ru", "en"),
    [
        (0.125, "percent", "12,5 %", "12.5%"),
        (-0.041, "points", "−4,1", "−4.1"),
        (2e296, "ratio", "> 10\u202f000", "> 10,000"),
        (0.041, "points", "4,1", "4.1"),
        (1.5, "ratio", "1,50", "1.50"),
    ],
)
def test_figures_are_written_as_the_language_does(value, unit, ru, en):
    """Decimal comma and a space before the percent sign in Russian."""
    assert (written(value, unit, "ru"), written(value, unit, "en")) == (ru, en)
