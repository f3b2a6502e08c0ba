# SPDX-License-Identifier: Apache-2.0
"""The sheet of a case, or of any filing, as it was known."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.portal.case_words import ground_href, ground_label, ground_says
from nadzor.portal.dues import role_label
from nadzor.portal.filing_labels import filing_state, procedure_label, verb_label
from nadzor.portal.filing_records import paper_label
from nadzor.portal.known_sheets import Sheet, clocks, digest, later
from nadzor.portal.sheets import Cell, Fact, Line, Table, columns, line
from nadzor.portal.words import moment, number, said
from nadzor.register.filing_cards import StepCard
from nadzor.vigilance.known.cards import KnownCase


def case_sheet(found: KnownCase) -> Sheet:
    """The file as it lay: what it rested on, the moves, the clocks, letters and papers."""
    tables = [_grounds(found), _steps(found), clocks(found.runs), _letters(found), _papers(found)]
    return Sheet(
        title=f"{found.number} · {said(found.title)}",
        href=reverse("filing", args=[found.number]),
        state=filing_state(found.procedure, found.state),
        facts=_facts(found),
        tables=[table for table in tables if table.lines],
        note=later(found.later),
        device=found.device,
    )


def _facts(found: KnownCase) -> list[Fact]:
    return [
        Fact(_("Procedure"), procedure_label(found.procedure)),
        Fact(_("Device"), found.device),
        Fact(_("Opened"), moment(found.opened_at)),
        Fact(_("Packs given to the maker"), number(len(found.packs))),
        Fact(_("Recomputations of the maker"), number(len(found.recomputations))),
        Fact(_("Limits that had passed unmet"), number(len(found.breaches))),
    ]


def _grounds(found: KnownCase) -> Table:
    rows = [
        line(
            Cell(ground_label(each), href=ground_href(each, number=found.number)), moment(each.at),
            Cell(ground_says(each), wraps=True), digest(each.digest),
        )
        for each in found.grounds
    ]  # fmt: skip
    head = columns(_("Ground"), _("Added"), _("What it said"), "SHA-256")
    return Table(_("What it rested on by then"), head, rows, caption_hidden=False)


def _steps(found: KnownCase) -> Table:
    head = columns(_("When"), _("Move"), _("By"), _("Grounds"))
    rows = [_step(found.procedure, each) for each in found.steps]
    return Table(_("Moves by then"), head, rows, caption_hidden=False)


def _step(procedure: str, each: StepCard) -> Line:
    verb, words = verb_label(procedure, each.verb), Cell(each.because, wraps=True)
    return line(moment(each.at), verb, role_label(each.role), words)


def _letters(found: KnownCase) -> Table:
    ways = [(each, reverse("filing-letter", args=[found.number, each.id])) for each in found.letters]
    rows = [line(Cell(said(each.title), href=href), moment(each.at)) for each, href in ways]
    return Table(_("Letters by then"), columns(_("Letter"), _("Sent")), rows, caption_hidden=False)


def _papers(found: KnownCase) -> Table:
    rows = [
        line(paper_label(each.kind), number(each.edition), moment(each.at), digest(each.digest))
        for each in found.papers
    ]
    head = columns(_("Paper"), _("Edition"), _("Attached"), "SHA-256", numbers=(1,))
    return Table(_("Papers by then"), head, rows, caption_hidden=False)
