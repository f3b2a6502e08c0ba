# SPDX-License-Identifier: Apache-2.0
"""Every citation of the house is said in Russian, too: no page mixes two languages in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

import nadzor
from nadzor.law.citation import cited, in_russian

HOUSE: Final = Path(nadzor.__file__).parent
PAPERS: Final = {"detect", "measures"}  # papers of statistics keep their own names
NAMES: Final = re.compile(r"consultant\.ru \w+|docs/[\w./-]+|\b(?:IMDRF|SaMD|WG|AE|RFC|R-\d+)\b|\b[IVX]+\b")


def test_every_citation_has_a_russian_form():
    """No English word is left in any citation, and none is forgotten."""
    left = {cite: in_russian(cite) for cite in _cites() if _english(in_russian(cite))}
    assert left == {}


def test_numbers_survive():
    """A citation in Russian names the same numbers as in English, in some order."""
    odd = [cite for cite in _cites() if _numbers(cite) - _numbers(in_russian(cite))]
    assert odd == []


def test_examples():
    """Acts are named the way a Russian lawyer writes them."""
    assert in_russian("Decree 1684, point 111 (seed text)") == "Постановление № 1684, п. 111 (исходный текст)"
    assert in_russian("Order 1113n of 19.10.2020") == "Приказ Минздрава России от 19.10.2020 № 1113н"
    assert in_russian("323-FZ, art. 96, part 1 (seed text)") == (
        "Федеральный закон № 323-ФЗ, ст. 96, ч. 1 (исходный текст)"
    )
    assert cited("Civil Code art. 191", "en") == "Civil Code art. 191"


def test_a_paper_keeps_its_name():
    """What no rule names stays as it is."""
    paper = "Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936; 28: 437-442."
    assert in_russian(paper) == paper


def _english(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]{2,}", NAMES.sub(" ", text))


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d{2,}", text))


def _cites() -> Iterator[str]:
    for page in sorted(HOUSE.rglob("*.yaml")):
        if page.relative_to(HOUSE).parts[0] not in PAPERS:
            yield from _of(yaml.safe_load(page.read_text("utf-8")))
    for code in sorted(HOUSE.rglob("*.py")):
        yield from re.findall(r'"((?:Civil|Labour) Code art\. [^"]*)"', code.read_text("utf-8"))


def _of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and (key == "cite" or (key == "by" and "day" in value)):
                yield inner
            else:
                yield from _of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _of(inner)
