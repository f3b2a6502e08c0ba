# SPDX-License-Identifier: Apache-2.0
"""What a filing keeps: papers in their editions, evidence, what was handed in, breaches and seals."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.law.conflict import bodies
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.portal.dues import role_label
from nadzor.portal.sheets import Cell, Chip, Fact, Line, Table, columns, line
from nadzor.portal.words import NOTHING, day, moment, number, reference, said, short
from nadzor.register.filing_cards import BreachCard, EvidenceCard, FilingCard, PaperCard
from nadzor.register.filing_words import filing_words
from nadzor.register.papers import kinds

KIB = 1024


class Breach(Struct, frozen=True):
    """A limit that passed unmet, as the card says it; its last day leads to the arithmetic."""

    what: str
    due: str
    href: str
    whose: str
    norm: Chip


class Handed(Struct, frozen=True):
    """What was handed in at one moment: the day, the digest, how many papers."""

    at: str
    facts: Sequence[Fact]


def paper_label(kind: str) -> str:
    """What a kind of paper is called, as a sentence begins."""
    found = kinds().get(kind)
    label = said(found.title) if found else kind
    return label[:1].upper() + label[1:]


def size_label(size: int) -> str:
    """A file's size, in the largest unit that keeps a digit."""
    if size < KIB:
        return _("%(n)s bytes") % {"n": number(size)}
    if size < KIB * KIB:
        return _("%(n)s KB") % {"n": number(size / KIB)}
    return _("%(n)s MB") % {"n": number(size / KIB / KIB, 1)}


def paper_href(number: str, paper: PaperCard) -> str:
    """Where one edition of a paper is read."""
    return reverse("filing-paper", args=[number, paper.kind, paper.edition])


def paper_table(card: FilingCard, kind: str = "") -> Table | None:
    """The papers, newest edition first within a kind; of one kind when it is named."""
    rows = [paper for paper in card.papers if not kind or paper.kind == kind]
    if not rows:
        return None
    rows.sort(key=lambda paper: (paper.kind, -paper.edition))
    head = columns(_("Paper"), _("File"), _("Edition"), _("Size"), _("Attached"), "SHA-256", numbers=(2, 3))
    return Table(_("Papers"), head, [_paper(card.row.number, paper) for paper in rows])


def _paper(filing: str, paper: PaperCard) -> Line:
    edition = number(paper.edition)
    note = "" if paper.current else _("superseded")
    return line(
        Cell(paper_label(paper.kind)),
        Cell(paper.name, href=paper_href(filing, paper)),
        Cell(edition, note=note),
        size_label(paper.size),
        moment(paper.at),
        Cell(short(paper.digest), mono=True),
    )


def evidence_table(card: FilingCard) -> Table | None:
    """Records of trials, inspections, expertise and courts."""
    if not card.evidence:
        return None
    head = columns(
        _("What"), _("By whom"), _("Number"), _("Day"), _("Valid until"), _("Conclusion"), _("Recorded by")
    )
    return Table(_("Trials, inspections, acts"), head, [_evidence(each) for each in card.evidence])


def _evidence(each: EvidenceCard) -> Line:
    pages = filing_words()
    kind, outcome = pages.evidence.get(each.kind), pages.outcomes.get(each.outcome)
    return line(
        Cell(said(kind) if kind else each.kind, note=each.text),
        body_label(each.body),
        each.number or NOTHING,
        day(each.day),
        day(each.valid_until),
        said(outcome) if outcome else each.outcome or NOTHING,
        Cell(role_label(each.role), note=moment(each.at)),
    )


def body_label(code: str) -> str:
    """A body by its code, in words; whoever is on no list stands for itself."""
    found = next((body for body in bodies() if body.code == code), None)
    return said(found.name) if found else code or NOTHING


def breaches(card: FilingCard) -> list[Breach]:
    """The limits that passed unmet: whoever answers for them, and that they decide nothing."""
    return [_breach(each, card) for each in card.breaches]


def _breach(each: BreachCard, card: FilingCard) -> Breach:
    try:
        found = norm(each.clock, each.started)
        what, text = said(found.what), found.fact or reference(found.cite)
    except NormMissing:
        what, text = each.clock, each.clock
    norm_href = f"{reverse('norm', args=[each.clock])}?start={each.started.isoformat()}"
    clocks = [
        place for place, run in enumerate(card.runs) if (run.key, run.started) == (each.clock, each.started)
    ]
    href = reverse("filing-clock", args=[card.row.number, clocks[-1]]) if clocks else norm_href
    return Breach(what, day(each.due), href, role_label(each.responsible), Chip(text, norm_href))


def submissions(card: FilingCard) -> list[Handed]:
    """Each handing in, whole: its digest, its papers with theirs."""
    return [
        Handed(
            moment(each.at),
            [
                Fact(_("Digest of form and papers"), each.digest, mono=True),
                *(
                    Fact(paper_label(str(paper.get("kind", ""))), str(paper.get("digest", "")), mono=True,
                         note=str(paper.get("name", "")))
                    for paper in each.papers
                ),
            ],
        )
        for each in card.submissions
    ]  # fmt: skip


def seals(card: FilingCard) -> list[Fact]:
    """Signatures and stamps; one the law does not call qualified says so."""
    return [
        Fact(
            each.signer,
            each.digest,
            mono=True,
            note=", ".join(
                [
                    each.suite,
                    moment(each.at),
                    _("stamped with the time") if each.stamped else _("without a time stamp"),
                    _("a qualified signature") if each.qualified else _("not a qualified signature"),
                ]
            ),
        )
        for each in card.seals
    ]
