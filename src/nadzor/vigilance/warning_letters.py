# SPDX-License-Identifier: Apache-2.0
"""Letters of warning: which step calls for which, in both languages, gaps filled, nobody named.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal, cast

import msgspec
import yaml

from nadzor.base.problems import Text
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.workdays.spoken import plain

Kind = Literal["deviation", "threat", "suspension", "resumption", "cancellation", "ended"]
Answer = Literal["stopped", "watching", "not_used", "noted"]
#: What a move's effect on the register says to clinics.
BY_EFFECT: Final[Mapping[str, Kind]] = {
    "suspend_device": "suspension", "resume_device": "resumption", "reinstate_device": "resumption",
    "cancel_device": "cancellation",
}  # fmt: skip
#: Kinds that take back what earlier letters of the same affair asked for.
RELIEVING: Final = frozenset({"resumption", "ended"})
#: Kinds whose public letter goes out with the warning; a deviation waits for the head.
PUBLIC_AT_ONCE: Final = frozenset({"threat", "suspension", "cancellation"})
#: What a clinic may answer: use that goes on under a suspension is no answer, it is a silence that escalates.
ANSWERS: Final[Mapping[str, tuple[Answer, ...]]] = {
    "deviation": ("watching", "stopped", "not_used"),
    "threat": ("watching", "stopped", "not_used"),
    "suspension": ("stopped", "not_used"),
    "cancellation": ("stopped", "not_used"),
    "resumption": ("noted", "not_used"),
    "ended": ("noted", "not_used"),
}
SITE: Final = re.compile(r"\bs-[a-z2-7]{12}\b")
_OUT_OF_CASE: Final = frozenset({"passed_to_cancellation"})


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of letter: to clinics, to everybody, and the norms it rests on."""

    title: Text
    text: Text
    public: Text
    cites: tuple[str, ...]


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    letters: dict[str, Template]
    seriousness: dict[str, Text]
    words: dict[str, Text]
    notices: dict[str, Text]


class Written(msgspec.Struct, frozen=True):
    """A letter with its gaps filled."""

    title: Text
    text: Text


@cache
def page() -> Page:
    """Everything that is said of warnings, as warning_letters.yaml keeps it."""
    text = files("nadzor.vigilance").joinpath("warning_letters.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), Page)


def kind_of(procedure: str, start: str, verb: str) -> Kind | None:
    """What a step says to clinics; None for most.

    Method: the effect of the move on the register decides; besides, a confirmed deviation of a case, and a
    case that ends with the device in use.  An ending tells only those who were warned.
    """
    table = PROCEDURES.get(procedure)
    moves = [move for move in table.moves if (move.start, move.verb) == (start, verb)] if table else []
    for move in moves:
        if kind := BY_EFFECT.get(move.effect):
            return kind
        if procedure == "case" and verb == "confirm_deviation":
            return "deviation"
        if procedure == "case" and table and move.to in table.closed - _OUT_OF_CASE:
            return "ended"
    return None


@cache
def telling() -> frozenset[tuple[str, str]]:
    """Procedures and verbs of which some step says something to clinics."""
    return frozenset(
        (name, move.verb)
        for name, table in PROCEDURES.items()
        for move in table.moves
        if kind_of(name, move.start, move.verb)
    )


def written(kind: str, facts: Mapping[str, object]) -> Written:
    """The letter to clinics."""
    found = page().letters[kind]
    return Written(_filled(found.title, facts), tidy(_filled(found.text, facts)))


def published(kind: str, facts: Mapping[str, object]) -> Written:
    """The public letter: the same title, a text without grounds that were written for the maker."""
    found = page().letters[kind]
    return Written(_filled(found.title, facts), tidy(_filled(found.public, facts)))


def notice(key: str, **facts: object) -> Text:
    """What is told beside a letter."""
    return _filled(page().notices[key], facts)


def versions_text(versions: Iterable[str]) -> Text:
    """The versions a letter is about."""
    told = ", ".join(versions)
    return _filled(page().words["some"], {"versions": told}) if told else page().words["all"]


def confirm_text(day: date | None) -> Text:
    """The house's target, or nothing where no rule gives a day."""
    return _filled(page().words["confirm_by"], {"day": plain(day)}) if day else Text(ru="", en="")


def sites_text(n: int, *, floor: int) -> Text:
    """In how many organisations it works; nothing below the disclosure minimum."""
    return _filled(page().words["sites"], {"n": n}) if n >= floor else Text(ru="", en="")


def figures_text(lines: Iterable[Text]) -> Text:
    """Figures with what they were counted over, one a line; nothing without any."""
    found = list(lines)
    if not found:
        return Text(ru="", en="")
    told = Text(ru="\n".join(f"— {one.ru}" for one in found), en="\n".join(f"— {one.en}" for one in found))
    return _filled(page().words["figures"], {"lines": told})


def figure_text(label: Text, sizes: Sequence[Text], *, level: float, counted: Text | None) -> Text:
    """One figure: what it measures, its size with the interval, and over how much it was counted.

    Units: `sizes` are estimate, low, high as each language writes them; `level` a share; `counted` the
    exposure of the baseline, None where a figure stands against a declared value.
    """
    size, low, high = sizes
    facts = {"label": label, "size": size, "low": low, "high": high, "level": f"{100 * level:.0f}"}
    told = _filled(page().words["figure"], facts)
    if counted is None:
        return told
    over = _filled(page().words["counted"], {"n": counted})
    return Text(ru=f"{told.ru}; {over.ru}", en=f"{told.en}; {over.en}")


def blinded(because: str) -> Text:
    """Grounds as they were written, in both languages the same, with every site's pseudonym taken out."""
    if not because.strip():
        return Text(ru="", en="")
    hidden = page().words["hidden_site"]
    told = Text(ru=SITE.sub(hidden.ru, because.strip()), en=SITE.sub(hidden.en, because.strip()))
    return _filled(page().words["because"], {"because": told})


def tidy(text: Text) -> Text:
    """Without blank paragraphs and double spaces, which empty gaps leave."""
    return Text(ru=_tidy(text.ru), en=_tidy(text.en))


def answers_of(kind: str) -> tuple[Answer, ...]:
    """What a clinic may answer to a kind of letter."""
    return ANSWERS[cast("Kind", kind)]


def _tidy(text: str) -> str:
    parts = [re.sub(r"[ ]{2,}", " ", part).strip() for part in text.split("\n\n")]
    return "\n\n".join(part for part in parts if part)


def _filled(text: Text, facts: Mapping[str, object]) -> Text:
    return Text(ru=text.ru.format(**_in("ru", facts)), en=text.en.format(**_in("en", facts)))


def _in(lang: str, facts: Mapping[str, object]) -> dict[str, object]:
    return {key: one.in_language(lang) if isinstance(one, Text) else one for key, one in facts.items()}
