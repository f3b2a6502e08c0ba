# SPDX-License-Identifier: Apache-2.0
"""The opinion as a document: everything a page or a print shows, in order and in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.law.norm import Status
from nadzor.procedures.rules.interview import interview
from nadzor.procedures.rules.qualification import Determination, PartOpinion
from nadzor.procedures.rules.rule import Rule

SectionKind = Literal["facts", "description", "criteria", "steps", "reasons", "cautions", "editions"]


class Citation(msgspec.Struct, frozen=True):
    """Where a line comes from: the norm to link to, its citation, and how surely it is known."""

    fact: str
    key: str
    cite: str
    status: Status
    since: date


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line: a label, what it says, what follows from it, and its citation where it has one."""

    label: Text
    says: Text
    follows: Text | None = None
    cited: Citation | None = None


class Section(msgspec.Struct, frozen=True):
    """A headed part of the document."""

    kind: SectionKind
    title: Text
    lines: tuple[Line, ...]


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """The document.  `by` and `given`: who gave it and when; `digest` proves what determination it prints."""

    title: Text
    product: str
    verdict: Text
    sections: tuple[Section, ...]
    by: str
    given: date
    digest: str


class Headings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words around an opinion."""

    title: Text
    sections: dict[SectionKind, Text]
    labels: dict[str, Text]


@cache
def headings() -> Headings:
    """The words around an opinion.

    Law: none; words only.
    """
    page = files("nadzor.procedures.rules").joinpath("opinion.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Headings)


def opinion(found: Determination, *, by: str, given: date) -> Opinion:
    """The document that prints a determination, given by somebody on a day.

    Law: R-009 for the description, R-020 for the cautions, author and date.
    """
    return Opinion(
        title=headings().title, product=found.product, verdict=found.statement,
        sections=tuple(section for section in _sections(found, by, given) if section.lines),
        by=by, given=given, digest=found.digest,
    )  # fmt: skip


def _sections(found: Determination, by: str, given: date) -> Iterator[Section]:
    yield _section("facts", _facts(found, by, given))
    for part in found.parts:
        yield _section("description", _description(part), part, found)
        yield _section("criteria", _criteria(part), part, found)
        yield _section("steps", _steps(part), part, found)
    yield _section("reasons", _reasons(found))
    yield _section("cautions", (_line("caution", each.text, each.rule) for each in found.cautions))
    yield _section("editions", (_line(None, _same(f"{e.key} ({e.since})")) for e in found.rules))


def _section(
    kind: SectionKind,
    lines: Iterator[Line],
    part: PartOpinion | None = None,
    found: Determination | None = None,
) -> Section:
    title = headings().sections[kind]
    if part is not None and found is not None and len(found.parts) > 1:
        title = Text(f"{title.ru}: {part.label.ru}", f"{title.en}: {part.label.en}")
    return Section(kind, title, tuple(lines))


def _facts(found: Determination, by: str, given: date) -> Iterator[Line]:
    day = given.strftime("%d.%m.%Y")
    yield _line("product", _same(found.product))
    yield _line("verdict", found.statement)
    yield _line("rules_of", _same(found.on.strftime("%d.%m.%Y")))
    yield _line("by", _same(by))
    yield _line("given", _same(day))
    yield _line("digest", _same(found.digest))


def _description(part: PartOpinion) -> Iterator[Line]:
    return (Line(label=each.label, says=_same(each.value)) for each in part.description)


def _criteria(part: PartOpinion) -> Iterator[Line]:
    words = headings().labels
    told = {True: words["met"], False: words["not_met"], None: words["open"]}
    for name, met in msgspec.structs.asdict(part.criteria).items():
        yield _line(name, told[met])
    yield _line("verdict", interview().verdicts[part.verdict])


def _steps(part: PartOpinion) -> Iterator[Line]:
    for step in part.steps:
        yield Line(label=step.asks, says=step.answer, follows=step.follows, cited=_citation(step.rule))


def _reasons(found: Determination) -> Iterator[Line]:
    for reason in found.reasons:
        yield Line(label=reason.rule.what, says=reason.text, cited=_citation(reason.rule))


def _line(label: str | None, says: Text, used: Rule | None = None) -> Line:
    named = headings().labels[label] if label else _same("")
    return Line(label=named, says=says, cited=_citation(used) if used else None)


def _citation(used: Rule) -> Citation:
    return Citation(used.fact, used.key, used.cite, used.status, used.since)


def _same(text: str) -> Text:
    return Text(text, text)
