# SPDX-License-Identifier: Apache-2.0
"""The fields of a page of the form, each with its hint, its norm and what it holds or what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.filing_entry import entry_field
from nadzor.portal.filing_marks import mark_chip, marks
from nadzor.portal.filing_pages import Page
from nadzor.portal.filing_records import paper_href, paper_label, size_label
from nadzor.portal.filing_rows import evidence_rows, payment_rows
from nadzor.portal.inputs import Input, Rows, boxes
from nadzor.portal.law_marks import sentence
from nadzor.portal.sheets import Cell
from nadzor.portal.words import number, said
from nadzor.procedures.rules.checklist import FormItem, items_on, value_of
from nadzor.procedures.rules.dossier import Dossier
from nadzor.records.intake import TYPES
from nadzor.register.filing_cards import FilingCard
from nadzor.register.papers import kinds

PROSE: Final = 8000
LINE: Final = 300
UNTIL: Final = "powers.until"
DIGITS: Final = frozenset({"inn", "ogrn", "number"})


class Sheet(Struct, frozen=True, kw_only=True):
    """What a page is drawn from: the filing, its dossier, what was typed and what is wrong."""

    card: FilingCard
    dossier: Dossier
    on: date
    given: QueryDict | None = None
    errors: Mapping[str, str] = {}

    def shown(self, name: str, value: Any) -> str:
        """What stands in a field: what was typed, else what is kept."""
        return str(self.given.get(name, "")) if self.given is not None else as_text(value)


def as_text(value: Any) -> str:
    """A kept value as a form shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def fields(page: Page, sheet: Sheet) -> list[Input | Rows]:
    """Every field of a page."""
    listed = dict(items_on(sheet.on))
    found: list[Input | Rows] = []
    for item in page.items:
        value = value_of(item.key, listed[item.key], sheet.dossier)
        found.append(_field(item, value, sheet))
        if item.key == "powers.issued":
            found.append(_until(sheet))
    entry = [entry_field(name, sheet.card, sheet.given, sheet.errors) for name in page.fields]
    return [*found, *entry, *(upload(kind, sheet) for kind in page.papers)]


def upload(kind: str, sheet: Sheet, item: FormItem | None = None) -> Input:
    """A file, with the editions there are."""
    types = kinds()[kind].types
    names = ", ".join(types).upper()
    hint = f"{said(item.hint)} " if item else ""
    return Input(
        name=kind,
        label=sentence(said(item.label)) if item else paper_label(kind),
        kind="upload",
        hint=hint + _("%(types)s, up to 16 MB; a new file becomes the next edition.") % {"types": names},
        error=sheet.errors.get(kind, ""),
        accept=",".join(ext for each in types for ext in TYPES[each].extensions),
        chip=mark_chip(item) if item else None,
        marks=marks(item) if item else (),
        files=_editions(kind, sheet.card),
    )


def _field(item: FormItem, value: Any, sheet: Sheet) -> Input | Rows:
    if item.kind == "file":
        return upload(item.key, sheet, item)
    if item.kind == "evidence":
        return evidence_rows(item, sheet.card, sheet.given, sheet.errors)
    if item.kind == "payment":
        return payment_rows(item, sheet.card, sheet.given, sheet.errors)
    if item.input in ("yes_no", "choice"):
        return _choice(item, value, sheet)
    return _text(item, value, sheet)


def _choice(item: FormItem, value: Any, sheet: Sheet) -> Input:
    if item.input == "yes_no":
        values = {"yes": _("Yes"), "no": _("No")}
    else:
        values = {choice.key: sentence(said(choice.label)) for choice in item.choices}
    return boxes(
        item.key, sentence(said(item.label)), values, [sheet.shown(item.key, value)], many=False,
        hint=said(item.hint), error=sheet.errors.get(item.key, ""), chip=mark_chip(item), marks=marks(item),
    )  # fmt: skip


def _text(item: FormItem, value: Any, sheet: Sheet) -> Input:
    is_day = item.input == "date"
    is_party = item.key.startswith("applicant.") and item.key.endswith(".name")
    return Input(
        name=item.key,
        label=sentence(said(item.label)),
        kind="prose" if item.input == "textarea" else "line",
        type="date" if is_day else "text",
        mode="numeric" if item.input in DIGITS else "",
        hint=said(item.hint),
        value=sheet.shown(item.key, value),
        error=sheet.errors.get(item.key, ""),
        longest=PROSE if item.input == "textarea" else LINE,
        autocomplete="organization" if is_party else "off",
        chip=mark_chip(item),
        marks=marks(item),
    )


def _until(sheet: Sheet) -> Input:
    return Input(
        name=UNTIL,
        label=_("Last day of the powers"),
        type="date",
        hint=_("Leave it empty if they have no end."),
        value=sheet.shown(UNTIL, sheet.dossier.powers.until),
        error=sheet.errors.get(UNTIL, ""),
    )


def _editions(kind: str, card: FilingCard) -> list[Cell]:
    rows = sorted((paper for paper in card.papers if paper.kind == kind), key=lambda paper: -paper.edition)
    return [
        Cell(
            paper.name,
            href=paper_href(card.row.number, paper),
            note=_("edition %(n)s, %(size)s") % {"n": number(paper.edition), "size": size_label(paper.size)},
        )
        for paper in rows
    ]
