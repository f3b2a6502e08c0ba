# SPDX-License-Identifier: Apache-2.0
"""Is it a medical device?  From the answers of the interview to an opinion on the product and its parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

import msgspec

from nadzor.base.problems import Refusal, Text
from nadzor.procedures.rules.answers import Answers, Part, PartKind
from nadzor.procedures.rules.criteria import Criteria, Step, criteria_of, steps_of
from nadzor.procedures.rules.interview import (
    DESCRIPTION,
    interview,
    next_question,
    ordered,
    parts_of,
)
from nadzor.procedures.rules.rule import Edition, Rule, editions, known_rule, rule

Verdict = Literal["yes", "no", "manual_review"]


class Reason(msgspec.Struct, frozen=True):
    """Why a verdict is what it is: the part, a word for it, the sentence, and its rule."""

    part: PartKind | None
    code: str
    text: Text
    rule: Rule


class Described(msgspec.Struct, frozen=True):
    """One of the five points that describe a product, as the person wrote it."""

    field: str
    label: Text
    value: str


class PartOpinion(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one part."""

    part: PartKind
    label: Text
    verdict: Verdict
    criteria: Criteria
    description: tuple[Described, ...]
    steps: tuple[Step, ...]
    reasons: tuple[Reason, ...]


class Caution(msgspec.Struct, frozen=True):
    """What the opinion must say of itself, and its rule; none for a day before the rule was known."""

    text: Text
    rule: Rule | None


class Determination(msgspec.Struct, frozen=True, kw_only=True):
    """The opinion.  No verdict means that the national procedure was not chosen and nothing was judged.

    `rules` are the editions used; `digest` is the SHA-256 of everything else in canonical JSON.
    """

    on: date
    answers: Answers
    product: str
    verdict: Verdict | None
    statement: Text
    parts: tuple[PartOpinion, ...]
    reasons: tuple[Reason, ...]
    cautions: tuple[Caution, ...]
    rules: tuple[Edition, ...]
    digest: str = ""


def determine(answers: Answers, on: date) -> Determination:
    """The opinion on a finished interview, by the rules in force on a day.

    Law: 323-FZ art. 38; Roszdravnadzor's letter 02I-297/20 (R-001..R-021).
    Raises: Refusal rules.answer-missing naming the question, rules.answer-contradicts; NormMissing.
    """
    _consistent(answers)
    missing = next_question(answers)
    if missing is not None:
        raise Refusal("rules.answer-missing", missing.at, question=missing.key, fact=missing.page.fact)
    held = ordered(answers)
    found = _elsewhere(held, on) if held.route == "eaeu" else _judged(held, on)
    return msgspec.structs.replace(found, digest=digest_of(found))


def replayed(opinion: Determination) -> bool:
    """Whether the same answers still give the same opinion, word for word, by the rules of its day.

    Law: R-020: an opinion is kept so that it can be looked at again.
    """
    return opinion.digest == digest_of(opinion) and determine(opinion.answers, opinion.on) == opinion


def digest_of(opinion: Determination) -> str:
    """SHA-256 of the opinion without its digest, as canonical JSON, in hexadecimal.

    Law: none; our own proof that a stored opinion is the one that was given.
    """
    plain = msgspec.json.encode(msgspec.structs.replace(opinion, digest=""), order="sorted")
    return hashlib.sha256(plain).hexdigest()


def _consistent(answers: Answers) -> None:
    if answers.route != "national" or answers.complex is None:
        return
    if answers.parts is not None and not answers.complex:
        raise Refusal("rules.answer-contradicts", "$.parts", question="complex")
    known = set(parts_of(answers))
    for kind in answers.components:
        if kind not in known:
            raise Refusal("rules.answer-contradicts", f"$.components.{kind}", question="parts")


def _elsewhere(answers: Answers, on: date) -> Determination:
    return Determination(
        on=on, answers=answers, product=answers.product or "", verdict=None,
        statement=interview().elsewhere, parts=(), reasons=(), cautions=(), rules=(),
    )  # fmt: skip


def _judged(answers: Answers, on: date) -> Determination:
    parts = tuple(_opinion(kind, answers.part(kind), on) for kind in parts_of(answers))
    cautions = tuple(_cautions(answers, on))
    verdict = overall(part.verdict for part in parts)
    used = [step.rule for part in parts for step in part.steps]
    return Determination(
        on=on, answers=answers, product=(answers.product or "").strip(), verdict=verdict,
        statement=_statement(verdict, parts), parts=parts,
        reasons=tuple(reason for part in parts for reason in part.reasons), cautions=cautions,
        rules=editions([rule("R-002", on), *used, *(each.rule for each in cautions if each.rule)]),
    )  # fmt: skip


def _cautions(answers: Answers, on: date) -> Iterator[Caution]:
    for each in interview().caveats:
        if answers.complex or not each.complex:
            yield Caution(each.text, known_rule(each.fact, on))


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a complex: a device if any part is one, else a person if any part needs one.

    Law: R-021: only the part that meets the criteria is a device.
    """
    found = set(verdicts)
    if "yes" in found:
        return "yes"
    return "manual_review" if "manual_review" in found else "no"


def _statement(verdict: Verdict, parts: tuple[PartOpinion, ...]) -> Text:
    words = interview().verdicts
    if len(parts) == 1:
        return words[verdict]
    ru = "; ".join(f"{part.label.ru} — {words[part.verdict].ru.lower()}" for part in parts)
    en = "; ".join(f"{part.label.en} — {words[part.verdict].en.lower()}" for part in parts)
    whole = interview().whole[verdict]
    return Text(ru=f"{whole.ru}: {ru}", en=f"{whole.en}: {en}")


def _opinion(kind: PartKind, part: Part, on: date) -> PartOpinion:
    steps = steps_of(kind, part, on)
    verdict = _verdict(steps)
    return PartOpinion(
        part=kind, label=interview().opening["parts"].choices[kind].label, verdict=verdict,
        criteria=criteria_of(part, on), description=_described(part), steps=steps,
        reasons=_reasons(steps, verdict),
    )  # fmt: skip


def _verdict(steps: tuple[Step, ...]) -> Verdict:
    effects = {step.effect for step in steps}
    if "against" in effects:
        return "no"
    return "manual_review" if "open" in effects else "yes"


_SHOWN = {"yes": "for", "no": "against", "manual_review": "open"}


def _reasons(steps: tuple[Step, ...], verdict: Verdict) -> tuple[Reason, ...]:
    shown = [step for step in steps if step.effect == _SHOWN[verdict]]
    return tuple(Reason(step.part, step.reason, step.follows, step.rule) for step in shown)


def _described(part: Part) -> tuple[Described, ...]:
    pages = interview().each_part
    told = {name: getattr(part, name) for name in DESCRIPTION}
    return tuple(Described(name, pages[name].ask, value.strip()) for name, value in told.items() if value)
