# SPDX-License-Identifier: Apache-2.0
"""The reference page of all detectors, drawn from their dossiers, their words and what they read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from nadzor.detect.dossier import Dossier, Source, dossiers
from nadzor.detect.suite import detector
from nadzor.detect.words import KindWords, words_of
from nadzor.measures.catalogue import Text

HEAD: Final = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Drawn from dossier.yaml and words.yaml by src/nadzor/detect/reference.py; a test compares the two. -->

# Detectors · Детекторы

All detectors in the order in which they run.  A budget is what a detector may cost in false alarms, for all
streams of a device together, under daily looking and with a baseline that is itself an estimate.  Budgets
that renew each year sum to {yearly:.3f}.  Those of the kind *anytime*, {ever:.3f} together, are chances over
all time and are spent once, but for a part that a dossier calls yearly.  How budgets are kept, and what a
signal does not say: [signals](../signals.md).  Each dossier stands in Russian on the portal's page of
detectors.

Severity: 4 patients may be harmed unnoticed, 3 harm is possible or the device is of no use, 2 quality falls,
1 for information.  Names in braces are filled from the finding.

| | detector | looks for | guarantee | budget | severity |
|---|---|---|---|---|---|
{rows}
"""
SECTION: Final = """
## {name}

**{title_en} · {title_ru}.**  {why}

- **Reads.**  {reads}.
- **Guarantee.**  {kind}, budget {budget:g}: {unit}.
- **Why it holds.**  {why_it_holds}
- **Measured.**  {measured}
- **Owner.**  {owner}; {cadence}.
- **What to do.**  {action}
- **Review.**  written by {author}, checked by {checker}, {status}; next look {next_review}.

How it is calculated:

{steps}

From:

{sources}

| kind | severity | measures | headline |
|---|---|---|---|
{kinds}

Not excluded by a signal:

{not_excluded}

Limits:

{limits}
"""
_GUARANTEES: Final = {"run_length": "run length", "anytime": "anytime", "fdr": "false discoveries"}


def detectors_page() -> str:
    """Every dossier with its words and budget, in the order of the suite, as Markdown."""
    pages = dossiers()
    rows = "\n".join(_row(number, page) for number, page in enumerate(pages, start=1))
    yearly, ever = budgets()
    return HEAD.format(yearly=yearly, ever=ever, rows=rows) + "".join(_section(page) for page in pages)


def budgets() -> tuple[float, float]:
    """What all detectors may cost together: false alarms a device-year, and chances that are spent once."""
    promises = [page.guarantee for page in dossiers()]
    ever = sum(one.budget for one in promises if one.kind == "anytime")
    return sum(one.budget for one in promises) - ever, ever


def _row(number: int, page: Dossier) -> str:
    worst = max((one.severity for one in words_of(page.detector).values()), default=0)
    return (
        f"| {number} | [{page.detector}](#{page.detector}) | {page.title.en} "
        f"| {_GUARANTEES[page.guarantee.kind]} | {page.guarantee.budget:g} | {worst} |"
    )


def _section(page: Dossier) -> str:
    promise = page.guarantee
    return SECTION.format(
        name=page.detector, title_en=page.title.en, title_ru=page.title.ru, why=page.why_it_matters.en,
        reads=_reads(page.detector), kind=_GUARANTEES[promise.kind].capitalize(), budget=promise.budget,
        unit=promise.unit.en, why_it_holds=promise.why_it_holds.en, measured=promise.measured.en,
        owner=page.owner.en, cadence=page.cadence.en, action=page.action.en, author=page.review.author,
        checker=page.review.checker, status=page.review.status, next_review=page.review.next_review,
        steps=_numbered(page.how_calculated), sources=_listed(map(_source, page.sources)),
        kinds=_kinds(words_of(page.detector)), not_excluded=_listed(one.en for one in page.not_excluded),
        limits=_listed(one.en for one in page.limits),
    )  # fmt: skip


def _reads(name: str) -> str:
    """Each measure with the dimensions it is read by; the whole count is not named."""
    split: dict[str, list[str]] = {}
    for measure, dimension in sorted(detector(name).READS):
        split.setdefault(measure, []).extend([dimension] if dimension != "all" else [])
    return "; ".join(f"`{measure}`{_by(dimensions)}" for measure, dimensions in split.items())


def _by(dimensions: Sequence[str]) -> str:
    return f" by {', '.join(dimensions)}" if dimensions else ""


def _kinds(known: dict[str, KindWords]) -> str:
    return "\n".join(
        f"| `{name}` | {one.severity} | {one.effect.label.en} ({one.effect.unit}) | {one.headline.en} |"
        for name, one in known.items()
    )


def _source(one: Source) -> str:
    return f"{one.cite} *{one.used_for.en}*"


def _numbered(texts: Sequence[Text]) -> str:
    return "\n".join(f"{number}. {one.en}" for number, one in enumerate(texts, start=1))


def _listed(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)
