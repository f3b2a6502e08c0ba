# SPDX-License-Identifier: Apache-2.0
"""Which procedure amends a dossier: the decision tree of the Rules, with the norm of every branch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Refusal, Text
from nadzor.law.answer import Noted, noted
from nadzor.law.load import norm, norms
from nadzor.law.norm import Norm, NormMissing, Unit, Worth
from nadzor.procedures.rules.rule import Edition, Rule, cited, editions, known_rule, rule

Change = Literal[
    "version_numbering", "functional_purpose", "principle_of_operation", "models_added", "maker", "sites",
    "maker_requisites", "representative", "address_renamed", "document_validity", "other",
]  # fmt: skip
Way = Literal["amendment_new_registration", "amendment_version", "amendment_plain", "amendment_expertise"]

PLAIN: Final = frozenset({"maker_requisites", "representative", "address_renamed", "document_validity"})
TERMS: Final[dict[Way, str]] = {
    "amendment_new_registration": "registration.simplified_limit",
    "amendment_version": "registration.version_amendment",
    "amendment_plain": "amendment.without_expertise",
    "amendment_expertise": "amendment.with_expertise",
}
_NEW: Final = {
    "functional_purpose": "new_purpose",
    "principle_of_operation": "new_principle",
    "models_added": "new_models",
}


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes, and what the software is.  `ai` and `transmits` are asked for only where they matter.

    `affects_functional_purpose` and `affects_principle_of_operation` say of a change what it does besides;
    one that affects either is a change of it, whatever else it is called.  Unsaid, it affects neither.
    """

    changes: tuple[Change, ...]
    ai: bool | None = None
    transmits: bool | None = None
    affects_functional_purpose: bool | None = None
    affects_principle_of_operation: bool | None = None

    @property
    def all_changes(self) -> frozenset[Change]:
        """What is named as a change, and what it affects.

        Law: Decree 1684, points 110 and 134 (R-111, R-112, R-118).
        """
        purpose: tuple[Change, ...] = ("functional_purpose",) if self.affects_functional_purpose else ()
        principle: tuple[Change, ...] = (
            ("principle_of_operation",) if self.affects_principle_of_operation else ()
        )
        return frozenset((*self.changes, *purpose, *principle))


class Ground(msgspec.Struct, frozen=True):
    """A sentence of the answer, by a word, with the rule it rests on."""

    code: str
    text: Text
    rule: Rule


class Alternative(msgspec.Struct, frozen=True):
    """Another way that the law leaves open."""

    procedure: Way
    name: Text
    why: Ground


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the procedure, why, what is disputed, what else is open, and its time limit with its norm.

    `limit` and `unit` are nothing where no norm of the limit is in force on the day.  `settled` is false when
    the branch rests on a rule that may not decide by itself: a person confirms it.
    """

    on: date
    procedure: Way
    name: Text
    settled: bool
    reasons: tuple[Ground, ...]
    conflicts: tuple[Noted, ...]
    alternatives: tuple[Alternative, ...]
    term: str
    limit: Worth | None
    unit: Unit | None
    term_rule: Rule | None
    rules: tuple[Edition, ...]


class Sentences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of this page: kinds of change, procedures, sentences."""

    changes: dict[Change, Text]
    procedures: dict[Way, Text]
    sentences: dict[str, Text]


@cache
def words() -> Sentences:
    """What changes, procedures and reasons are called.

    Law: none; names only.
    """
    page = files("nadzor.procedures.rules").joinpath("routes.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Sentences)


def route(facts: Facts, on: date) -> Route:
    """The procedure for these changes by the rules in force on a day.

    Law: Decree 1684, points 110, 111, 134-136 (R-110..R-120), in the order of R-120.
    Raises: Refusal rules.fact-missing naming the fact, rules.answer-contradicts; NormMissing when the Rules
    are not in force.
    """
    changes = facts.all_changes
    if not changes:
        raise Refusal("rules.fact-missing", "$.changes", fact="R-120")
    _consistent(facts)
    # (1) point 110, (2) the simplified version amendment, (3) point 111, (4) everything else
    if new := tuple(_new_registration(changes, on)):
        return _answer("amendment_new_registration", new, facts, on)
    if changes == {"version_numbering"} and _simplified(facts):
        return _answer("amendment_version", tuple(_version(on)), facts, on)
    if changes <= PLAIN:
        return _answer("amendment_plain", (_ground("plain", "R-116", on),), facts, on)
    return _answer("amendment_expertise", tuple(_expertise(facts, on)), facts, on)


def _simplified(facts: Facts) -> bool:
    """Both hold; one that does not settles it, and only then is the other not asked for."""
    told = {"ai": facts.ai, "transmits": facts.transmits}
    if False in told.values():
        return False
    for name, said in told.items():
        if said is None:
            raise Refusal("rules.fact-missing", f"$.{name}", fact="R-111")
    return True


def _consistent(facts: Facts) -> None:
    for change, said in (
        ("functional_purpose", facts.affects_functional_purpose),
        ("principle_of_operation", facts.affects_principle_of_operation),
    ):
        if said is False and change in facts.changes:
            raise Refusal("rules.answer-contradicts", f"$.affects_{change}", question="changes")


def _ground(code: str, fact: str, on: date) -> Ground:
    return Ground(code, words().sentences[code], rule(fact, on))


def _new_registration(changes: frozenset[Change], on: date) -> Iterator[Ground]:
    for change, code in _NEW.items():
        if change in changes:
            yield _ground(code, "R-118", on)
    if {"maker", "sites"} <= changes:
        yield _ground("new_maker_and_sites", "R-118", on)


def _version(on: date) -> Iterator[Ground]:
    yield _ground("version_only", "R-111", on)
    yield _ground("ai_only", "R-110", on)
    if testing := known_rule("R-115", on):  # before the regulator's first notice nobody asked for it
        yield Ground("testing_first", words().sentences["testing_first"], testing)


def _expertise(facts: Facts, on: date) -> Iterator[Ground]:
    changes = facts.all_changes
    if changes == {"version_numbering"}:
        yield _ground("not_ai", "R-110", on) if facts.ai is False else _ground("no_transmission", "R-114", on)
    elif "version_numbering" in changes:
        yield _ground("version_among_others", "R-111", on)
    yield _ground("expertise", "R-119", on)


def _alternatives(way: Way, facts: Facts, on: date) -> Iterator[Alternative]:
    changes = facts.all_changes
    if way == "amendment_version":
        yield _alternative("amendment_expertise", "general_way", "R-114", on)
    if way != "amendment_expertise" or len(changes) == 1:
        return
    if "version_numbering" in changes and facts.ai and facts.transmits:
        yield _alternative("amendment_version", "version_apart", "R-111", on)
    if changes & PLAIN:
        yield _alternative("amendment_plain", "plain_apart", "R-116", on)


def _alternative(way: Way, code: str, fact: str, on: date) -> Alternative:
    return Alternative(way, words().procedures[way], _ground(code, fact, on))


def _answer(way: Way, reasons: tuple[Ground, ...], facts: Facts, on: date) -> Route:
    alternatives = tuple(_alternatives(way, facts, on))
    used = [*(each.rule for each in reasons), *(each.why.rule for each in alternatives)]
    clock = _clock(TERMS[way], on)
    term = cited(TERMS[way], clock) if clock else None
    keys = [each.key for each in used] + ([term.key] if term else [])
    notes = {note.key: note for key in keys for note in noted(norms()[key][1])}
    disputed = tuple(notes[key] for key in sorted(notes))
    return Route(
        on=on, procedure=way, name=words().procedures[way], settled=reasons[0].rule.decides,
        reasons=reasons, conflicts=disputed, alternatives=alternatives,
        term=TERMS[way], limit=clock.value if clock else None, unit=clock.unit if clock else None,
        term_rule=term, rules=editions([*used, *([term] if term else [])]),
    )  # fmt: skip


def _clock(key: str, on: date) -> Norm | None:
    try:
        return norm(key, on)
    except NormMissing:
        return None
