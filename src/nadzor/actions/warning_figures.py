# SPDX-License-Identifier: Apache-2.0
"""The figures a case rests on, for a letter: the size with its interval, and what it was counted over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from nadzor.base.problems import Text
from nadzor.detect.finding import Finding
from nadzor.detect.words import LANGUAGES, effect_label, kinds, written
from nadzor.vigilance.models import CaseGround
from nadzor.vigilance.warning_letters import figure_text

NARROW: Final = "\u202f"


def figures_of(filing: str) -> tuple[Text, ...]:
    """One line for each signal among the grounds; a ground without a known figure has none.

    Why the grounds and not the pack: a deviation is told to clinics before the maker is given the pack, and
    both repeat the same finding.
    """
    rows = CaseGround.objects.filter(filing=filing, kind="signal")
    return tuple(line for row in rows if (line := _line(row.facts)) is not None)


def _line(facts: Mapping[str, Any]) -> Text | None:
    try:
        finding = msgspec.convert(facts.get("finding"), Finding)
    except msgspec.ValidationError:
        return None
    words = kinds().get(finding.kind)
    if words is None:
        return None
    unit, effect, base = words.effect.unit, finding.effect, finding.baseline
    sizes = [
        Text(*(written(value, unit, lang) for lang in LANGUAGES))
        for value in (effect.estimate, effect.low, effect.high)
    ]
    counted = Text(*(_whole(base.exposure, lang) for lang in LANGUAGES)) if base.exposure else None
    label = effect_label(finding)
    return figure_text(Text(label.ru, label.en), sizes, level=effect.level, counted=counted)


def _whole(exposure: float, lang: str) -> str:
    """How much a baseline was counted over, in whole numbers."""
    told = f"{exposure:,.0f}"
    return told.replace(",", NARROW) if lang == "ru" else told
