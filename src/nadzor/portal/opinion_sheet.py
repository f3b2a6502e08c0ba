# SPDX-License-Identifier: Apache-2.0
"""An opinion as a page shows it: the verdict, the criteria, each step with its rule, and the cautions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct
from msgspec.structs import asdict

from nadzor.portal.law_marks import Link, RuleSheet, open_links, rule_sheet, sentence
from nadzor.portal.sheets import Fact, State
from nadzor.portal.words import day, said
from nadzor.procedures.rules import qualification
from nadzor.procedures.rules.criteria import Effect, Step
from nadzor.procedures.rules.interview import interview
from nadzor.procedures.rules.opinion import headings
from nadzor.procedures.rules.qualification import Determination, PartOpinion

TONES: Final = {"yes": "calm", "manual_review": "warn"}


class StepSheet(Struct, frozen=True):
    """One step: what was asked and answered, what follows, by which rule."""

    asks: str
    answer: str
    follows: str
    effect: State
    rule: RuleSheet
    change: str


class PartSheet(Struct, frozen=True, kw_only=True):
    """What was found of one part."""

    label: str
    verdict: State
    criteria: Sequence[Fact]
    described: Sequence[Fact]
    steps: Sequence[StepSheet]


class Caution(Struct, frozen=True):
    """What the opinion must say of itself."""

    text: str
    rule: RuleSheet | None


class OpinionSheet(Struct, frozen=True, kw_only=True):
    """The opinion.  `verdict` is the word of the rule: yes, no, manual_review, or nothing when not judged."""

    product: str
    verdict: str
    title: str
    tone: str
    statement: str
    parts: Sequence[PartSheet]
    cautions: Sequence[Caution]
    on: str
    digest: str
    next: Sequence[Link]


def opinion_sheet(found: Determination, *, changes: bool = False) -> OpinionSheet:
    """An opinion in this request's language; with `changes`, each step leads back to its question."""
    return OpinionSheet(
        product=found.product,
        verdict=found.verdict or "",
        title=headline(found),
        tone=TONES.get(found.verdict or "", ""),
        statement=said(found.statement) if not found.parts else "",
        parts=[_part(part, changes=changes) for part in found.parts],
        cautions=[_caution(each) for each in found.cautions],
        on=day(found.on),
        digest=found.digest,
        next=open_links(_next(found)),
    )


def effect_state(effect: Effect) -> State:
    """What a step says about the verdict."""
    states = {
        "for": State(_("speaks for a device"), "calm"),
        "against": State(_("speaks against"), "calm"),
        "open": State(_("left open: a person decides"), "warn"),
        "none": State(_("decides nothing"), ""),
    }
    return states[effect]


def headline(found: Determination) -> str:
    """The verdict in large letters; of a complex, only a part is a device."""
    if found.verdict == "yes" and len(found.parts) > 1:
        return _("A part of the complex is a medical device")
    return verdict_state(found.verdict).label


def verdict_state(verdict: str | None) -> State:
    """A verdict as a word and a tone."""
    worded = interview().verdicts
    return State(said(worded.get(verdict or "", worded["not_judged"])), TONES.get(verdict or "", ""))


def _caution(each: qualification.Caution) -> Caution:
    return Caution(said(each.text), rule_sheet(each.rule) if each.rule else None)


def _part(found: PartOpinion, *, changes: bool) -> PartSheet:
    return PartSheet(
        label=sentence(said(found.label)),
        verdict=verdict_state(found.verdict),
        criteria=_criteria(found),
        described=[Fact(said(each.label), each.value) for each in found.description],
        steps=[_step(step, changes=changes) for step in found.steps if step.code != "described"],
    )


def _criteria(found: PartOpinion) -> list[Fact]:
    words = headings().labels
    met = {True: ("met", "good"), False: ("not_met", "calm"), None: ("open", "warn")}
    told = asdict(found.criteria).items()
    return [Fact(said(words[name]), said(words[met[held][0]]), state=met[held][1]) for name, held in told]


def _step(step: Step, *, changes: bool) -> StepSheet:
    change = reverse("qualify-question", args=[f"{step.part}.{step.field}"]) if changes else ""
    return StepSheet(
        asks=said(step.asks),
        answer=said(step.answer),
        follows=said(step.follows),
        effect=effect_state(step.effect),
        rule=rule_sheet(step.rule),
        change=change,
    )


def _next(found: Determination) -> list[Link]:
    if found.verdict == "yes":
        return [
            Link(_("Find the risk class"), reverse("law-class") + "?device=yes", _("AI is class 3 always")),
            Link(_("Count the state duty"), reverse("law-duty"), _("item by item, with the norm of each")),
            Link(_("Prepare an application for registration"), "/filings/new/", _("an account is needed")),
            Link(_("See how registration goes"), "/procedures/", _("stages, limits and who must act")),
        ]
    if found.verdict is None:
        return [Link(_("Read about the EAEU route"), reverse("norm", args=["act.eaeu-agreement"]))]
    return [Link(_("See the norms the answer rests on"), reverse("norms"))]
