# SPDX-License-Identifier: Apache-2.0
"""The sentences of a card: all that must be said is said, from the signal's own circumstances."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest

from nadzor.base.problems import Text
from nadzor.vigilance.cards import Circumstances, DetectorRecord, EvidenceCard, SignalCard, SignalRow
from nadzor.vigilance.statements import sentences, statements
from tests.unit.vigilance.signals import AROUND, FINDING, NOW

NONE = DetectorRecord(detector="failure_cusum", raised=3, confirmed=0, explained=0, dismissed=0)
SOME = DetectorRecord(detector="failure_cusum", raised=9, confirmed=2, explained=1, dismissed=1)


@dataclass(frozen=True)
class Said:
    """The statements of a card by their keys."""

    keys: list[str]
    ru: dict[str, str]
    en: dict[str, str]


def _said(around: Circumstances = AROUND, record: DetectorRecord = NONE) -> Said:
    row = SignalRow(
        id=1, fingerprint="f", detector=FINDING.detector, kind=FINDING.kind, device="ai-001", version="1.0",
        site="s-1", stratum="", finding="", first_day=FINDING.first_day, statistic=9.5, threshold=8.0,
        effect=FINDING.effect, state="raised", raised_at=NOW, changed_at=NOW,
    )  # fmt: skip
    evidence = EvidenceCard(at=NOW, finding=FINDING, circumstances=around, digest="d")
    card = SignalCard(row=row, raised_by=FINDING, evidence=(evidence,), moves=())
    told = statements(card, record, labels={"effusion": Text(ru="Плевральный выпот", en="Pleural Effusion")})
    return Said(
        [each.key for each in told],
        {each.key: each.text.ru for each in told},
        {each.key: each.text.en for each in told},
    )


def test_every_card_says_what_it_must() -> None:
    """Agreement, labels, the alarm's choice, other explanations, smallest drop, share, silence: all there."""
    assert _said().keys == [
        "agreement",
        "labels",
        "chosen_by_alarm",
        "other_explanations",
        "smallest_drop",
        "none_decided",
        "silence",
    ]


def test_labels_say_how_they_were_selected() -> None:
    """The number of labels, and each way of selection with its share of them, in both languages."""
    said = _said()
    assert said.en["labels"] == "Labels in 90 days: 50. Selected: all — 40, at random — 10."
    assert "случайно — 10" in said.ru["labels"]


def test_the_smallest_drop_is_in_points() -> None:
    """The drop is given in percentage points, with the decimal mark of the language."""
    said = _said()
    assert "Sensitivity, Pleural Effusion: 30 labels so far" in said.en["smallest_drop"]
    assert "12.3 percentage points" in said.en["smallest_drop"]
    assert "12,3 п. п." in said.ru["smallest_drop"]


def test_without_labels_accuracy_is_not_mentioned() -> None:
    """No label: the card says that nothing is known of accuracy, and names no drop."""
    said = _said(msgspec.structs.replace(AROUND, labels=(), smallest_drops=()))
    assert {"no_labels", "nothing_declared"} <= set(said.keys)


def test_too_few_labels_reveal_nothing() -> None:
    """When no drop could show, the card says exactly that."""
    few = msgspec.structs.replace(AROUND.smallest_drops[0], drop=None, labels=2)
    assert "no drop at all" in _said(msgspec.structs.replace(AROUND, smallest_drops=(few,))).en["no_drop"]


def test_an_unregistered_version_is_said() -> None:
    """A version outside the register is named as such."""
    said = _said(msgspec.structs.replace(AROUND, version_registered=False))
    assert said.en["unregistered"].startswith("Version 1.0 is not in the register")


def test_the_record_of_the_detector() -> None:
    """Confirmed of decided when some were decided; unknown, not zero, when none was."""
    assert _said(record=SOME).en["confirmed_share"].startswith("2 of 4 decided signals")
    assert "unknown" in _said().en["none_decided"]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_sentence_keeps_a_gap(language: str) -> None:
    """Every name in braces is filled, in both languages."""
    for around in (AROUND, msgspec.structs.replace(AROUND, labels=(), version_registered=False)):
        assert not any("{" in text for text in getattr(_said(around, SOME), language).values())
    assert all(text.ru and text.en for text in sentences().values())
