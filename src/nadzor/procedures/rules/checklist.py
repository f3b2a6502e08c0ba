# SPDX-License-Identifier: Apache-2.0
"""The checklist of a dossier: what each item asks, when it applies, and what the wizard draws from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.law.conflict import bodies
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.procedures.rules.dossier import Dossier, DossierRoute, EvidenceKind
from nadzor.procedures.rules.rule import RiskClass, Rule, known_rule

ItemKind = Literal["field", "plan", "file", "points", "place", "evidence", "payment"]
Input = Literal[
    "text", "textarea", "number", "date", "yes_no", "choice", "inn", "ogrn",
    "upload", "images", "place", "evidence", "payments",
]  # fmt: skip
Need = Literal["now", "maybe", "no"]

COMMONEST: Final[DossierRoute] = "registration_simplified"


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Under which facts an item is asked for; all that are named must hold."""

    routes: tuple[DossierRoute, ...] | None = None
    classes: tuple[RiskClass, ...] | None = None
    ai: bool | None = None
    transmits: bool | None = None
    foreign: bool | None = None
    represented: bool | None = None


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing the dossier must hold."""

    step: str
    fact: str
    kind: ItemKind
    input: Input
    label: Text
    hint: Text
    cure: Text
    when: When = When()
    field: str = ""
    evidence: EvidenceKind | None = None
    choices: str = ""
    advice: bool = False


class Checklist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every item, the pages they stand on, and the sentences of the check."""

    steps: dict[str, Text]
    items: dict[str, Item]
    choices: dict[str, dict[str, Text]]
    cures: dict[str, Text]
    monitoring_years: int
    inspection_years: int
    wrong: dict[str, Text]


class Choice(msgspec.Struct, frozen=True):
    """One thing that can be chosen in a form."""

    key: str
    label: Text


class FormItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item as a page draws it.  `at`: where its value lives; `rule`: none where no norm is known."""

    key: str
    at: str
    kind: ItemKind
    input: Input
    label: Text
    hint: Text
    choices: tuple[Choice, ...]
    need: Need
    advice: bool
    filled: bool
    fact: str
    rule: Rule | None


class FormStep(msgspec.Struct, frozen=True):
    """One page of the wizard: its items, in order, those that do not apply left out."""

    key: str
    title: Text
    items: tuple[FormItem, ...]


@cache
def checklist() -> Checklist:
    """The checklist as written.

    Law: R-048, R-063..R-072, R-080..R-082, R-090..R-097, R-113, item by item.
    """
    page = files("nadzor.procedures.rules").joinpath("checklist.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Checklist)


def items_on(on: date) -> Iterator[tuple[str, Item]]:
    """Every item by key, with each list of points spelled out as the norm of that day has it.

    Law: R-080 and R-081: the lists of Order 181n; without a norm for the day the list stands as one item.
    """
    for key, item in checklist().items.items():
        points = _points(item, on) if item.kind == "points" else ()
        if not points:
            yield key, item
        for point, label in points:
            yield f"{key}.{point}", msgspec.structs.replace(item, label=label)


def steps(dossier: Dossier, on: date) -> tuple[FormStep, ...]:
    """The wizard's pages for this dossier: only items that apply or may yet apply.

    Law: the checklist's items, each with its own rule.
    """
    drawn: dict[str, list[FormItem]] = {key: [] for key in checklist().steps}
    for key, item in items_on(on):
        if need(item, dossier) != "no":
            drawn[item.step].append(_drawn(key, item, dossier, on))
    pages = checklist().steps
    return tuple(FormStep(key, pages[key], tuple(items)) for key, items in drawn.items() if items)


def need(item: Item, dossier: Dossier) -> Need:
    """Whether an item is asked for: now, perhaps once more is known, or not at all.

    Law: our own rule: what is not known yet is announced, not demanded; with no procedure chosen, what
    the commonest one asks for.
    """
    facts = {
        "routes": dossier.route, "classes": dossier.product.risk_class, "ai": dossier.product.ai,
        "transmits": dossier.product.transmits, "foreign": dossier.applicant.maker.foreign,
        "represented": dossier.represented,
    }  # fmt: skip
    wanted = msgspec.structs.asdict(item.when)
    if dossier.route is None and COMMONEST not in (wanted["routes"] or (COMMONEST,)):
        return "no"
    held = [_holds(wanted[name], fact) for name, fact in facts.items() if wanted[name] is not None]
    if False in held:
        return "no"
    return "maybe" if None in held else "now"


def value_of(key: str, item: Item, dossier: Dossier) -> Any:
    """What the dossier holds for an item.

    Law: none; what was filled in.
    """
    if item.kind == "file":
        return dossier.files.get(key, ())
    if item.kind in {"points", "place"}:
        return dossier.ticks.get(key, "")
    if item.kind == "evidence":
        return tuple(each for each in dossier.evidence if each.kind == (item.evidence or key))
    if item.kind == "payment":
        return dossier.payments
    return _walk(dossier, item.field or key)


def is_filled(value: Any) -> bool:
    """Whether a value says anything: a blank text and an empty list do not, "no" and zero do.

    Law: none; our own rule.
    """
    return bool(value.strip()) if isinstance(value, str) else value is not None and value != ()


def place_of(key: str, item: Item) -> str:
    """Where an item's value lives in the dossier.

    Law: none; our own form.
    """
    holders = {"file": "files", "points": "ticks", "place": "ticks"}
    if holder := holders.get(item.kind):
        return f"$.{holder}['{key}']"
    return {"evidence": "$.evidence", "payment": "$.payments"}.get(item.kind, f"$.{item.field or key}")


def _drawn(key: str, item: Item, dossier: Dossier, on: date) -> FormItem:
    used = known_rule(item.fact, on)
    return FormItem(
        key=key, at=place_of(key, item), kind=item.kind, input=item.input, label=item.label, hint=item.hint,
        choices=_choices(key, item), need=need(item, dossier), fact=item.fact, rule=used,
        advice=item.advice or used is None or not used.decides,
        filled=is_filled(value_of(key, item, dossier)),
    )  # fmt: skip


def _choices(key: str, item: Item) -> tuple[Choice, ...]:
    if item.kind == "evidence":
        work = WORKS.get(key, item.evidence or key)
        return tuple(Choice(body.code, body.name) for body in bodies() if work in body.may)
    return tuple(Choice(name, label) for name, label in checklist().choices.get(item.choices, {}).items())


#: Evidence whose body is looked for under another kind of work than its own name.
WORKS = {"technical_trial_accelerated": "technical_trial", "clinical_trial_accelerated": "accelerated_trial"}


def _points(item: Item, on: date) -> tuple[tuple[str, Text], ...]:
    try:
        return tuple((point.key, Text(point.ru, point.en)) for point in norm(item.fact, on).items)
    except NormMissing:
        return ()


def _holds(wanted: Any, fact: Any) -> bool | None:
    if fact is None:
        return None
    return fact in wanted if isinstance(wanted, tuple) else fact == wanted


def _walk(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = getattr(value, name)
    return value
