# SPDX-License-Identifier: Apache-2.0
"""An opinion on paper: the document of the rules line by line, and who stands behind it, if anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.portal.law_marks import rule_words, sentence
from nadzor.portal.norm_words import status_state
from nadzor.portal.opinion_sheet import headline, verdict_state
from nadzor.portal.printing import print_pdf
from nadzor.portal.sheets import Fact
from nadzor.portal.words import reference, said, short
from nadzor.procedures.rules.opinion import Line, Section, opinion
from nadzor.procedures.rules.qualification import Determination


class PaperLine(Struct, frozen=True):
    """One printed line and, where it has one, the norm it rests on."""

    label: str
    says: str
    follows: str
    rule: str
    href: str
    cite: str
    known: str


class PaperSection(Struct, frozen=True):
    """A headed part of the paper."""

    kind: str
    title: str
    lines: Sequence[PaperLine]


def print_unsigned(found: Determination, *, now: datetime, lang: str) -> bytes:
    """The opinion on paper, of no author: whoever holds it knows that nobody stands behind it."""
    with translation.override(lang):
        marks = {
            "above_left": _("Answer of the interview: unsigned, not stored"),
            "below_left": _("Unsigned: no author, no number. Not a decision of the regulator."),
        }
        return _printed(found, marks, by=_("nobody: printed without a name"), at=now, lang=lang)


def print_signed(found: Determination, *, number: str, author: str, at: datetime, lang: str) -> bytes:
    """A stored opinion on paper, with its number, author and date."""
    with translation.override(lang):
        marks = {
            "above_left": _("Opinion %(number)s") % {"number": number},
            "below_left": _(
                "The author's name is a record of this system, not a qualified signature. "
                "Not a decision of the regulator."
            ),
            "author": author,
            "made": at.isoformat(timespec="seconds"),
        }
        return _printed(found, marks, by=author, at=at, lang=lang)


def _printed(found: Determination, marks: dict[str, Any], *, by: str, at: datetime, lang: str) -> bytes:
    paper = opinion(found, by=by, given=moscow_date(at))
    page = {
        **marks,
        "above_right": "sha-256 " + short(paper.digest, 16),
        "heading": said(paper.title),
        "product": paper.product,
        "verdict": headline(found),
        "statement": said(found.statement) if not found.parts else "",
        "parts": _parts(found),
        "sections": [_section(each) for each in paper.sections],
    }
    title = f"{said(paper.title)}: {paper.product}" if paper.product else said(paper.title)
    return print_pdf("portal/opinion_paper.html", page, title=title, lang=lang)


def _parts(found: Determination) -> list[Fact]:
    """What was found of each part, when there are several."""
    if len(found.parts) < 2:
        return []
    return [Fact(sentence(said(part.label)), verdict_state(part.verdict).label) for part in found.parts]


def _section(section: Section) -> PaperSection:
    return PaperSection(section.kind, said(section.title), [_line(line) for line in section.lines])


def _line(line: Line) -> PaperLine:
    cited = line.cited
    return PaperLine(
        label=said(line.label),
        says=said(line.says),
        follows=said(line.follows) if line.follows else "",
        rule=rule_words(cited.key, cited.since) if cited else "",
        href=reverse("norm", args=[cited.key]) if cited else "",
        cite=reference(cited.cite) if cited else "",
        known=status_state(cited.status).label if cited else "",
    )
