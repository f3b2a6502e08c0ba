# SPDX-License-Identifier: Apache-2.0
"""A finding in words, in both languages: its headline, the sentence an inspector reads, its severity.

The words stand in each detector's words.yaml; the figures come from the finding alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Literal

import msgspec
from msgspec import Struct

from nadzor.detect.dossier import DETECTORS
from nadzor.detect.finding import Finding
from nadzor.measures.catalogue import Text, catalogue

Unit = Literal["ratio", "points", "percent", "number"]
LANGUAGES = ("ru", "en")
METRICS = {
    "sensitivity": Text("чувствительность", "sensitivity"),
    "specificity": Text("специфичность", "specificity"),
    "auc": Text("площадь под кривой ROC", "area under the ROC curve"),
}
LARGEST = 10_000.0
"""A figure beyond this is told as more than it."""
UNKNOWN = "—"
ISO = re.compile(r"\d{4}-\d\d-\d\d")
LISTED = 4
"""Sites or makers named in a sentence; the others are counted."""


class EffectWords(Struct, frozen=True, forbid_unknown_fields=True):
    """What an effect is called and how it is written: points and percents are shares times a hundred."""

    label: Text
    unit: Unit


class KindWords(Struct, frozen=True, forbid_unknown_fields=True):
    """How findings of one kind are spoken of.

    Units: severity 4 when patients may be harmed unnoticed, 3 when harm is possible or the device of no use,
    2 when quality falls, 1 for information.
    """

    severity: Literal[1, 2, 3, 4]
    effect: EffectWords
    headline: Text
    sentence: Text


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """A detector's words.yaml."""

    kinds: dict[str, KindWords]


@cache
def words_of(detector: str) -> dict[str, KindWords]:
    """The words of one detector's kinds; none where it has no words.yaml."""
    page = files("nadzor.detect").joinpath(detector, "words.yaml")
    return msgspec.yaml.decode(page.read_bytes(), type=Words).kinds if page.is_file() else {}


@cache
def kinds() -> dict[str, KindWords]:
    """The words of every kind of finding that a detector of this house makes."""
    return {kind: words for name in DETECTORS for kind, words in words_of(name).items()}


def severity(finding: Finding) -> int:
    """How bad it would be for patients, 1 to 4; a kind without words is taken for possible harm."""
    words = kinds().get(finding.kind)
    return words.severity if words else 3


def headline(finding: Finding, names: Mapping[str, str] | None = None) -> Text:
    """What happened, with its size, in one line; `names` are what codes are called in the register."""
    words = kinds().get(finding.kind)
    return _filled(words.headline, finding, names or {}) if words else Text(finding.kind, finding.kind)


def sentence(finding: Finding, names: Mapping[str, str] | None = None) -> Text:
    """What an inspector reads: since when, where, by how much, what is not excluded.

    Why the headline may stand for it: evidence outlives words, and may lack what they name now.
    """
    words = kinds().get(finding.kind)
    if words is None or missing(finding):
        return headline(finding, names)
    return _filled(words.sentence, finding, names or {})


def missing(finding: Finding) -> set[str]:
    """What the words of a finding's kind name and the finding does not tell."""
    words = kinds().get(finding.kind)
    if words is None:
        return set()
    return (_names(words.headline) | _names(words.sentence)) - _facts(finding, {}, LANGUAGES[0]).keys()


def effect_label(finding: Finding) -> Text:
    """What the finding's effect measures."""
    words = kinds().get(finding.kind)
    return words.effect.label if words else Text(finding.effect.name, finding.effect.name)


def written(value: float, unit: Unit, language: str) -> str:
    """A figure as a language writes it.

    >>> written(0.0412, "points", "ru")
    '4,1'
    """
    shown = 100.0 * value if unit in ("points", "percent") else value
    if shown > LARGEST:
        return "> 10\u202f000" if language == "ru" else "> 10,000"
    digits = 1 if unit in ("points", "percent") or abs(shown) >= 10 else 2
    text = f"{shown:.{digits}f}".replace("-", "−") + ("%" if unit == "percent" and language == "en" else "")
    if language == "ru":
        return text.replace(".", ",") + (" %" if unit == "percent" else "")
    return text


def _filled(words: Text, finding: Finding, names: Mapping[str, str]) -> Text:
    told = {language: _Told(_facts(finding, names, language)) for language in LANGUAGES}
    return Text(*(words.in_language(language).format_map(told[language]) for language in LANGUAGES))


class _Told(dict[str, str]):
    """Facts as text; what a finding does not tell is a dash."""

    def __missing__(self, _name: str) -> str:
        return UNKNOWN


def _names(words: Text) -> set[str]:
    """Everything that a sentence names."""
    parts = [part for language in LANGUAGES for part in Formatter().parse(words.in_language(language))]
    return {name for _text, name, _form, _turn in parts if name}


def _facts(finding: Finding, names: Mapping[str, str], language: str) -> dict[str, str]:
    """Everything that a sentence may name, already as text of a language."""
    unit = kinds()[finding.kind].effect.unit
    facts = {name: _fact(value, names, language) for name, value in finding.facts.items()}
    effect, sites = finding.effect, _listed(finding, "sites")
    since = finding.located.day if finding.located else finding.first_day
    told = {
        "effect": written(effect.estimate, unit, language),
        "low": written(effect.low, unit, language),
        "high": written(effect.high, unit, language),
        "since": _day(since, language),
        "first_day": _day(finding.first_day, language),
        "n_sites": str(len(sites)),
        "stratum": _stratum(finding, names, language),
    }
    told |= {name: _name(getattr(finding, name), names) for name in ("device", "version", "site", "finding")}
    return facts | told


def _listed(finding: Finding, fact: str) -> list[str]:
    value = finding.facts.get(fact, [])
    return value if isinstance(value, list) else [str(value)]


def _fact(value: Any, names: Mapping[str, str], language: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        shown = ", ".join(_name(str(one), names) for one in value[:LISTED])
        return shown + (f" (+{len(value) - LISTED})" if len(value) > LISTED else "")
    if isinstance(value, float):
        text = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
        return text.replace(".", ",") if language == "ru" else text
    day = _as_day(str(value))
    return _day(day, language) if day else _name(str(value), names)


def _as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if ISO.fullmatch(text) else None
    except ValueError:
        return None


def _stratum(finding: Finding, names: Mapping[str, str], language: str) -> str:
    if finding.dimension in catalogue().dimensions:
        return catalogue().stratum_label(finding.dimension, finding.stratum).in_language(language)
    if finding.stratum in METRICS:
        return METRICS[finding.stratum].in_language(language)
    return _name(finding.stratum, names)


def _name(code: str, names: Mapping[str, str]) -> str:
    return names.get(code, code)


def _day(day: date, language: str) -> str:
    return day.strftime("%d.%m.%Y") if language == "ru" else f"{day.day} {day:%B %Y}"
