# SPDX-License-Identifier: Apache-2.0
"""All answers of an application, page by page, as a person reads them before handing in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.filing_entry import entry_label, entry_words
from nadzor.portal.filing_pages import Page, stored
from nadzor.portal.filing_records import body_label, paper_href, paper_label, size_label
from nadzor.portal.law_marks import sentence
from nadzor.portal.law_tools_duty import roubles
from nadzor.portal.sheets import Fact
from nadzor.portal.words import day, number, said
from nadzor.procedures.rules.checklist import FormItem, items_on, value_of
from nadzor.procedures.rules.dossier import Dossier, Evidence, Payment
from nadzor.register.filing_cards import FilingCard


class Section(Struct, frozen=True):
    """One page's answers and the way to change them."""

    title: str
    href: str
    facts: Sequence[Fact]


def sections(card: FilingCard, found: Sequence[Page], dossier: Dossier, on: date) -> list[Section]:
    """Every page's answers; what was left empty says so."""
    listed = dict(items_on(on))
    return [
        Section(
            page.title,
            reverse("filing-form", args=[card.row.number, page.key]),
            [
                *(_fact(item, value_of(item.key, listed[item.key], dossier), card) for item in page.items),
                *(_entry(name, card) for name in page.fields),
                *(fact for kind in page.papers for fact in _papers(kind, card)),
            ],
        )
        for page in found
    ]


def _fact(item: FormItem, value: Any, card: FilingCard) -> Fact:
    label = sentence(said(item.label))
    if item.kind == "file":
        return next(_papers(item.key, card), Fact(label, _("not attached"), state="none"))
    if not item.filled:
        return Fact(label, _("not filled in"), state="none")
    return Fact(label, _words(item, value))


def _words(item: FormItem, value: Any) -> str:
    if item.kind == "evidence":
        return "; ".join(_evidence(each) for each in value)
    if item.kind == "payment":
        return "; ".join(_payment(each) for each in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return day(value)
    if item.choices:
        return next((sentence(said(each.label)) for each in item.choices if each.key == value), str(value))
    return number(value) if isinstance(value, int) else str(value)


def _evidence(each: Evidence) -> str:
    parts = (body_label(each.body), each.name, each.number, day(each.issued) if each.issued else "")
    return ", ".join(part for part in parts if part)


def _payment(each: Payment) -> str:
    parts = (each.order, day(each.paid_on) if each.paid_on else "", roubles(each.amount))
    return ", ".join(part for part in parts if part)


def _entry(name: str, card: FilingCard) -> Fact:
    value = stored(card.form, name)
    if not value:
        return Fact(entry_label(name), _("not filled in"), state="none")
    return Fact(entry_label(name), entry_words(name, value))


def _papers(kind: str, card: FilingCard) -> Iterator[Fact]:
    for paper in card.papers:
        if paper.kind == kind and paper.current:
            note = _("edition %(n)s, %(size)s") % {
                "n": number(paper.edition), "size": size_label(paper.size),
            }  # fmt: skip
            yield Fact(paper_label(kind), paper.name, href=paper_href(card.row.number, paper), note=note)
