# SPDX-License-Identifier: Apache-2.0
"""The criteria of the letter applied to one part: each step with its rule, its answer and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import date
from typing import Final, Literal

import msgspec

from nadzor.base.problems import Text
from nadzor.procedures.rules.answers import Nature, Part, PartKind
from nadzor.procedures.rules.interview import in_words, interview
from nadzor.procedures.rules.rule import Rule, rule

Effect = Literal["for", "against", "open", "none"]

_PACS: Final = {True: "pacs_interprets", False: "pacs_without", None: "pacs_open"}
#: What stands against a device by R-007 itself; the rest of the list is known from a retelling only (R-007a).
EXCLUDED: Final = frozenset({"formulas", "units", "statistics", "display", "deviations", "forms"})
NATURE_RULES: Final[dict[Nature, str]] = {
    "administration": "R-010", "wellness": "R-011", "information_system": "R-012", "pacs": "R-018",
    "device_control": "R-013", "not_for_care": "R-014", "exchange": "R-015", "maintenance": "R-016",
    "reference": "R-017",
}  # fmt: skip
#: Systems that the letter calls no devices only as long as they do not interpret.
UNLESS_INTERPRETING: Final = frozenset({"information_system", "pacs"})


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an opinion.  `effect`: speaks for a device, against, leaves it open, or neither.

    `code` names what follows; for a criterion or a negative rule `reason` names the rule in a word.
    """

    part: PartKind | None
    field: str
    rule: Rule
    asks: Text
    answer: Text
    code: str
    reason: str
    follows: Text
    effect: Effect


class Criteria(msgspec.Struct, frozen=True):
    """The four criteria of R-002; None where the answers leave one open."""

    c1: bool | None = None
    c2: bool | None = None
    c3: bool | None = None
    c4: bool | None = None

    @property
    def all_met(self) -> bool:
        """Whether all four hold.

        Law: R-002: a device if and only if all four hold.
        """
        return all(each is True for each in (self.c1, self.c2, self.c3, self.c4))


def criteria_of(part: Part, on: date) -> Criteria:
    """The four criteria as the answers give them.

    Law: R-003, R-004, R-005 with R-001, R-006 with R-007 and R-007a.
    """
    if not part.program:
        return Criteria(c1=False, c3=part.health_care)
    care = None if part.health_care and not part.purposes else part.health_care
    return Criteria(c1=True, c2=not part.integral_part, c3=care, c4=interprets(part, on))


def interprets(part: Part, on: date) -> bool | None:
    """Whether the result is an interpretation that influences clinical decisions; None when unclear.

    Law: R-006; R-007 takes six functions out; R-007a takes out more only once it is confirmed.
    """
    functions = set(part.functions or ())
    if "interpretation" in functions:
        return part.mode != "neither" and bool(part.decisions)
    if not functions or _concludes(part):
        return None
    settled = functions <= EXCLUDED or rule("R-007a", on).decides
    return False if settled else None


def _concludes(part: Part) -> bool:
    """Whether how a conclusion is reached, or what it decides, is told of a part; "neither" tells of none."""
    return part.mode not in (None, "neither") or bool(part.decisions)


def steps_of(kind: PartKind, part: Part, on: date) -> tuple[Step, ...]:
    """Every step of one part, in the order of the letter.

    Law: R-001..R-019, R-021.
    """
    if not part.program:
        return tuple(_of_hardware(kind, part, on))
    found = criteria_of(part, on)
    writer = _Writer(kind, part, on)
    return (
        writer.step("program", "R-003", "criterion_met", "for"),
        writer.criterion("integral_part", "R-004", not part.integral_part),
        *_purpose(writer, part),
        *_interpretation(writer, part, found.c4),
        *_natures(writer, part, found),
        *_likeness(writer, part),
        writer.step("interpretation", "R-009", "described", "none"),
    )


class _Writer(msgspec.Struct, frozen=True):
    """Writes steps about one part on one day."""

    kind: PartKind
    part: Part
    on: date

    def step(self, field: str, fact: str, code: str, effect: Effect, *, reason: str = "") -> Step:
        used = rule(fact, self.on)
        if effect in {"for", "against"} and not used.decides:
            code, effect = "unknown_status", "open"
        page = interview().each_part[field]
        return Step(
            part=self.kind, field=field, rule=used, asks=page.ask,
            answer=in_words(page, getattr(self.part, field)), code=code, reason=reason or field,
            follows=interview().follows[code], effect=effect,
        )  # fmt: skip

    def criterion(self, field: str, fact: str, met: bool) -> Step:
        if met:
            return self.step(field, fact, "criterion_met", "for")
        return self.step(field, fact, "criterion_not_met", "against")


def _of_hardware(kind: PartKind, part: Part, on: date) -> Iterator[Step]:
    writer = _Writer(kind, part, on)
    if kind != "sensing":
        yield writer.step("program", "R-003", "criterion_not_met", "against")
        return
    yield writer.step("program", "R-003", "hardware", "open" if part.health_care else "none")
    if not part.health_care:
        yield writer.step("health_care", "R-005", "criterion_not_met", "against")
    else:
        yield writer.step("health_care", "R-001", "hardware", "open")


def _purpose(writer: _Writer, part: Part) -> Iterator[Step]:
    if part.purposes:
        code = "purpose_named" if part.health_care else "purpose_without_care"
        yield writer.step("purposes", "R-001", code, "for" if part.health_care else "none")
    elif part.health_care:
        yield writer.step("purposes", "R-001", "care_without_purpose", "open")
    else:
        yield writer.step("purposes", "R-001", "purpose_absent", "against")
    yield writer.criterion("health_care", "R-005", bool(part.health_care))


def _interpretation(writer: _Writer, part: Part, met: bool | None) -> Iterator[Step]:
    functions = set(part.functions or ())
    if functions & EXCLUDED:
        only = functions <= EXCLUDED
        code = "only_excluded" if only else "partly_excluded"
        yield writer.step("functions", "R-007", code, "against" if only and met is False else "none")
    if functions - EXCLUDED - {"interpretation"}:
        yield writer.step("functions", "R-007a", *_added(functions, met))
    if not functions:
        yield writer.step("functions", "R-007", "no_function", "open")
    if "interpretation" in functions:
        yield writer.criterion("mode", "R-006", part.mode != "neither")
        yield writer.criterion("decisions", "R-006", bool(part.decisions))
    elif _concludes(part):
        yield writer.step("functions", "R-006", "mode_unasked", "open")


def _added(functions: Set[str], met: bool | None) -> tuple[str, Effect]:
    if "interpretation" in functions:
        return "partly_excluded", "none"
    return ("only_excluded", "against") if met is False else ("unverified_exclusion", "open")


def _natures(writer: _Writer, part: Part, found: Criteria) -> Iterator[Step]:
    for nature in NATURE_RULES:
        if nature not in (part.natures or ()):
            continue
        code, effect = _negative(nature, found)
        if nature == "pacs":
            yield writer.step("natures", "R-018", _PACS[found.c4], effect, reason=nature)
        else:
            yield writer.step("natures", NATURE_RULES[nature], code, effect, reason=nature)


def _negative(nature: Nature, found: Criteria) -> tuple[str, Effect]:
    if nature in UNLESS_INTERPRETING and found.c4 is not False:
        return ("negative_interprets", "none") if found.c4 else ("negative_unclear", "open")
    if found.all_met:
        return "negative_conflicts", "open"
    return "negative_applies", "against"


def _likeness(writer: _Writer, part: Part) -> Iterator[Step]:
    if not part.natures:
        yield writer.step("natures", "R-002", "no_likeness", "none")
