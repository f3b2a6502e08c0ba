# SPDX-License-Identifier: Apache-2.0
"""A filled event form as rows, a field a row; and as JSON, CSV and XLSX files without a live formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime, time
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from nadzor.law.citation import cited
from nadzor.statutory.event_body import event_body, event_digest
from nadzor.statutory.event_form import FilledField, FilledForm
from nadzor.statutory.event_words import event_words, source_text, value_text
from nadzor.statutory.render_xlsx import INERT_TEXT
from nadzor.statutory.table import inert
from nadzor.statutory.words import words
from nadzor_wire.canonical import canonical

LANGUAGES: Final = ("ru", "en")
_WIDTHS: Final = (6, 22, 44, 60, 40, 30, 26, 50)


def event_rows(form: FilledForm, language: str) -> list[list[str]]:
    """A heading row, then a row a field: number, key, label, value, source, our fact, status, citation."""
    heads = [text.in_language(language) for text in event_words().heads.values()]
    return [heads, *(_row(each, language) for each in form.fields)]


def event_facts(form: FilledForm, language: str) -> list[tuple[str, str]]:
    """What stands above the fields: form, edition and its force, subject, day of knowledge, hash, layout."""
    said, edition = event_words().said, form.edition
    told = {
        "form": edition.title.in_language(language),
        "edition": f"{edition.edition} ({cited(edition.cite, language)})",
        "force": said["lapsed" if edition.lapsed else "in_force"].in_language(language),
        "subject": form.subject,
        "known_by": form.known_by.isoformat(),
        "hash": event_digest(form),
        "layout": said["layout"].in_language(language),
    }
    return [(event_words().facts[key].in_language(language), text) for key, text in told.items()]


def event_json(form: FilledForm) -> bytes:
    """The body with its hash beside it.  Whoever takes `hash` and `drawings` out can recompute it.

    Method: RFC 8785 bytes, SHA-256 in hex.
    """
    return canonical(event_sealed(form)) + b"\n"


def event_sealed(form: FilledForm) -> dict[str, Any]:
    """The body, its hash, and the digest of its drawing as a table in each language."""
    drawings = {lang: sha256(event_csv(form, lang)).hexdigest() for lang in LANGUAGES}
    return {**event_body(form), "hash": event_digest(form), "drawings": drawings}


def event_csv(form: FilledForm, language: str) -> bytes:
    """Comma-separated values by RFC 4180, UTF-8; no cell reads as a formula."""
    page = StringIO()
    writer = csv.writer(page)
    for row in event_rows(form, language):
        writer.writerow([inert(cell) for cell in row])
    return page.getvalue().encode()


def event_xlsx(form: FilledForm, language: str) -> bytes:
    """A workbook whose bytes depend on the form and the language alone: it carries no clock."""
    page = BytesIO()
    book = Workbook(page, {"in_memory": True, **INERT_TEXT})
    book.set_properties({"created": datetime.combine(form.known_by, time()), "title": form.subject})
    look = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheets = event_words().sheets
    facts = book.add_worksheet(sheets["facts"].in_language(language))
    _write(facts, event_facts(form, language), (bold, look), (28, 90))
    fields = book.add_worksheet(sheets["fields"].in_language(language))
    _write(fields, event_rows(form, language), (look, look), _WIDTHS)
    fields.freeze_panes(1, 0)
    book.close()
    return page.getvalue()


def _row(each: FilledField, language: str) -> list[str]:
    kind = each.field.kind
    return [
        str(each.field.number),
        each.key,
        each.field.label.in_language(language),
        value_text(each.value, kind, language),
        source_text(each.source, language),
        value_text(each.beside, kind, language) if each.beside is not None else "",
        words()[each.field.status].in_language(language),
        cited(each.field.cite, language),
    ]


def _write(
    sheet: Worksheet, rows: Iterable[Iterable[str]], looks: tuple[Format, Format], widths: Iterable[int]
) -> None:
    first, rest = looks
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write_string(at, place, str(inert(cell)), first if place == 0 else rest)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
