# SPDX-License-Identifier: Apache-2.0
"""Which potential risk class: three for AI, by rule; otherwise a proposal that a named officer settles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Refusal, Text
from nadzor.law.norm import Status
from nadzor.procedures.rules.rule import RISK_CLASSES, Edition, RiskClass, Rule, editions, rule
from nadzor.workdays.calendar import Checked

Information = Literal["I1", "I2", "I3"]
Category = Literal["A", "B", "C"]


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of the software, which is taken for a medical device unless `device` says otherwise.

    `works_with`, the class of the device it works with, is kept and changes nothing.
    """

    device: bool = True
    ai: bool | None = None
    information: tuple[Information, ...] = ()
    categories: tuple[Category, ...] = ()
    works_with: RiskClass | None = None


class Matrix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The class table as far as it is known, and the words around it."""

    fact: str
    status: Status
    cite: str
    checked: Checked
    information: dict[Information, Text]
    categories: dict[Category, Text]
    classes: dict[Information, dict[Category, RiskClass]]
    names: dict[RiskClass, Text]
    sentences: dict[str, Text]


class Ground(msgspec.Struct, frozen=True):
    """A sentence of the answer, by a word, with what it rests on; a rule of the law where there is one."""

    code: str
    text: Text
    cite: str
    status: Status
    rule: Rule | None = None


class Cell(msgspec.Struct, frozen=True):
    """One field of the table that fits."""

    information: Information
    category: Category
    risk_class: RiskClass = msgspec.field(name="class")


class Settled(msgspec.Struct, frozen=True):
    """Who settled a proposed class, when, and why."""

    by: str
    on: date
    because: str


class Classification(msgspec.Struct, frozen=True, kw_only=True):
    """The class, or none for what is no device.  A proposal is not final until an officer settles it."""

    on: date
    facts: Facts
    risk_class: RiskClass | None = msgspec.field(name="class")
    name: Text | None
    final: bool
    needs_confirmation: bool
    cells: tuple[Cell, ...]
    reasons: tuple[Ground, ...]
    rules: tuple[Edition, ...]
    settled: Settled | None = None


@cache
def matrix() -> Matrix:
    """The class table, as unverified data.

    Law: Order 4n of 06.06.2012, a table nobody could read yet.
    """
    page = files("nadzor.procedures.rules").joinpath("matrix.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Matrix)


def classify(facts: Facts, on: date) -> Classification:
    """The class of the software by the rules in force on a day.

    Law: Order 4n of 06.06.2012 (R-030..R-037): AI is class 3 always (R-033).
    Raises: Refusal rules.fact-missing naming the fact; NormMissing.
    """
    if not facts.device:
        return _answer(facts, on, None, (_ground("no_device", "R-002", on),))
    if facts.ai is None:
        raise Refusal("rules.fact-missing", "$.ai", fact="R-033")
    if facts.ai:
        return _answer(facts, on, "3", (_ground("ai", "R-033", on), *_independence(facts, on)))
    return _proposed(facts, on)


def settle(found: Classification, *, by: str, on: date, because: str) -> Classification:
    """The proposed class as a named officer settles it, with grounds.

    Law: our own rule: what no source confirms is never final by itself.
    Raises: Refusal rules.class-unsettled without a name or grounds, or when there is nothing to settle.
    """
    if found.final or not by.strip() or not because.strip():
        raise Refusal("rules.class-unsettled", "$.by" if not by.strip() else "$.because")
    return msgspec.structs.replace(
        found, final=True, needs_confirmation=False, settled=Settled(by.strip(), on, because.strip())
    )


def read_class(text: str) -> RiskClass:
    """A class as a person types it: 2A and 2б are classes, too.

    Law: R-030: classes 1, 2a, 2b, 3.
    Raises: Refusal rules.class-unknown.

    >>> read_class(" 2Б ")
    '2b'
    """
    written = text.strip().lower().replace("а", "a").replace("б", "b")
    found = next((each for each in RISK_CLASSES if each == written), None)
    if found is None:
        raise Refusal("rules.class-unknown", "$.class", known=", ".join(RISK_CLASSES))
    return found


def _proposed(facts: Facts, on: date) -> Classification:
    for name, fact in (("information", "R-031"), ("categories", "R-032")):
        if not getattr(facts, name):
            raise Refusal("rules.fact-missing", f"$.{name}", fact=fact)
    cells = tuple(_cells(facts))
    found = max((cell.risk_class for cell in cells), key=RISK_CLASSES.index)
    reasons = (*_from_table(cells, on), *_independence(facts, on))
    return _answer(facts, on, found, reasons, cells=cells)


def _cells(facts: Facts) -> Iterator[Cell]:
    table = matrix().classes
    for information in sorted(set(facts.information)):
        for category in sorted(set(facts.categories)):
            yield Cell(information, category, table[information][category])


def _from_table(cells: tuple[Cell, ...], on: date) -> Iterator[Ground]:
    table = matrix()
    for cell in cells:
        told = {"information": cell.information, "category": cell.category, "class": cell.risk_class}
        words = table.sentences["cell"]
        text = Text(ru=words.ru.format_map(told), en=words.en.format_map(told))
        yield Ground("cell", text, table.cite, table.status)
    if len({cell.risk_class for cell in cells}) > 1:
        yield _ground("highest", "R-036", on)
    yield Ground("proposal", table.sentences["proposal"], table.cite, table.status)


def _independence(facts: Facts, on: date) -> Iterator[Ground]:
    if facts.works_with is not None:
        yield _ground("independent", "R-034", on)


def _ground(code: str, fact: str, on: date) -> Ground:
    used = rule(fact, on)
    return Ground(code, matrix().sentences[code], used.cite, used.status, used)


def _answer(
    facts: Facts,
    on: date,
    found: RiskClass | None,
    reasons: tuple[Ground, ...],
    *,
    cells: tuple[Cell, ...] = (),
) -> Classification:
    final = not cells and all(each.rule is None or each.rule.decides for each in reasons)
    used = [each.rule for each in reasons if each.rule is not None]
    return Classification(
        on=on, facts=facts, risk_class=found, name=matrix().names[found] if found else None,
        final=final, needs_confirmation=not final, cells=cells, reasons=reasons, rules=editions(used),
    )  # fmt: skip
