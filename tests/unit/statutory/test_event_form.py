# SPDX-License-Identifier: Apache-2.0
"""The forms of Order 1113n: what fills a field, what is unknown, and files that calculate nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from openpyxl import load_workbook

from nadzor.base.problems import Text
from nadzor.law.form import edition_named, edition_or_last, forms
from nadzor.statutory.event_body import event_body, event_digest, holds_hash, value_of
from nadzor.statutory.event_form import KINDS, Coded, Document, FilledForm, Source, Value, event_form
from nadzor.statutory.event_table import event_csv, event_facts, event_json, event_rows, event_xlsx
from nadzor.statutory.event_words import event_words
from nadzor_wire.canonical import canonical

REPORT = edition_named("order-1113n-report", "2021")
FACTS: dict[str, Value] = {
    "event.number": "AE-2026-000001",
    "device.name": "Лёгочный помощник",
    "event.event_on": "2026-10-05",
    "event.event_type": "death",
    "event.effects": (Coded("F02", "2024"),),
    "similar.count": 0,
}


def written(day: int, digest: str, **fields: Value) -> Document:
    """A report of a day of October."""
    return Document(kind="report", at=datetime(2026, 10, day, tzinfo=UTC), digest=digest, fields=fields)


def filled(*documents: Document, facts: dict[str, Value] = FACTS) -> FilledForm:
    """The report of the test event."""
    return event_form(facts, documents, REPORT, subject="AE-2026-000001", known_by=date(2026, 11, 22))


def by_key(form: FilledForm) -> dict[str, tuple[object, object]]:
    """Value and source of every field."""
    return {each.key: (each.value, each.source) for each in form.fields}


def test_facts_fill_what_nobody_wrote() -> None:
    """A field takes our own fact, names it as its source, and a count of zero is a count."""
    told = by_key(filled())
    assert told["event_on"] == ("2026-10-05", Source("fact", "event.event_on"))
    assert told["similar_cases"] == (0, Source("fact", "similar.count"))
    assert told["investigation"] == (None, None)


def test_the_newest_document_wins_and_our_fact_stands_beside_it() -> None:
    """A follow-up corrects only what it speaks of; where our fact differs, both are in the form."""
    first = written(7, "a" * 64, event_on="2026-10-04", investigation="Журналы")
    later = written(9, "b" * 64, investigation="Журналы и снимки", measures_taken="  ")
    form = filled(later, first)
    told = {each.key: each for each in form.fields}
    assert told["investigation"].value == "Журналы и снимки"
    assert told["investigation"].source == Source("document", "b" * 64)
    assert (told["event_on"].value, told["event_on"].beside) == ("2026-10-04", "2026-10-05")
    assert "measures_taken" in form.unknown


def test_the_hash_is_that_of_the_body() -> None:
    """Whoever takes the hash out of the file recomputes it from the rest."""
    body = json.loads(event_json(filled()))
    assert set(body.pop("drawings")) == {"ru", "en"}
    hash_ = body.pop("hash")
    assert sha256(canonical(body)).hexdigest() == hash_ == event_digest(filled())
    assert body["fields"]["effects"]["value"] == [{"code": "F02", "edition": "2024"}]


def test_a_lapsed_edition_still_fills_and_says_so() -> None:
    """After 01.01.2027 the last form is filled all the same, marked in body and words."""
    edition = edition_or_last("order-1113n-report", date(2027, 3, 1))
    form = event_form(FACTS, (), edition, subject="AE-2026-000001", known_by=date(2027, 3, 1))
    assert event_body(form)["lapsed"] is True
    assert "form of a lapsed edition" in dict(event_facts(form, "en"))["Whether it is in force"]
    assert by_key(form) == by_key(filled())


def test_no_cell_is_a_formula() -> None:
    """A narrative that begins like a formula stands as text in both files, in both languages."""
    form = filled(written(7, "a" * 64, narrative='=HYPERLINK("http://x")', conclusion="@SUM(A1)"))
    for language in ("ru", "en"):
        cells = [cell for row in csv.reader(io.StringIO(event_csv(form, language).decode())) for cell in row]
        assert '\'=HYPERLINK("http://x")' in cells
        assert not [cell for cell in cells if cell.startswith(("=", "@"))]
        book = load_workbook(io.BytesIO(event_xlsx(form, language)))
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value}
        assert kinds == {"s"}


def test_a_workbook_carries_no_clock() -> None:
    """The same form gives the same bytes."""
    assert event_xlsx(filled(), "ru") == event_xlsx(filled(), "ru")


def test_every_row_says_how_surely_the_field_is_known() -> None:
    """A row for each field of the edition, with its status in words and its citation."""
    heads, *rows = event_rows(filled(), "en")
    assert len(rows) == len(REPORT.fields)
    assert {row[6] for row in rows} == {"unverified", "reported", "rule of this platform"}
    assert all(len(row) == len(heads) and row[7] for row in rows)


def test_values_are_read_back_from_json() -> None:
    """What a document keeps as JSON is a value again; other shapes are none."""
    assert value_of([{"code": "F02", "edition": "2024"}]) == (Coded("F02", "2024"),)
    assert [value_of(told) for told in (True, 1.5, {"a": 1}, ["F02"], None)] == [None] * 5


def test_every_form_of_a_document_is_in_the_house() -> None:
    """Each kind of document has its form; every fact named by a form is one of a known family."""
    assert set(KINDS.values()) == {
        key for key in forms() if key.startswith("order-1113n-") and key != "order-1113n-monitoring"
    }
    families = {"event", "device", "document", "similar", "notice"}
    for name in set(KINDS.values()):
        told = {field.fact.partition(".")[0] for field in forms()[name].fields.values() if field.fact}
        assert told <= families
        assert forms()[name].note is not None


def test_every_choice_has_both_languages() -> None:
    """No word of the form is missing in a language."""
    told = event_words()
    texts = [
        text
        for group in (told.heads, told.sheets, told.facts, told.said, told.choices)
        for text in group.values()
    ]
    assert texts
    assert all(text.ru and text.en for text in texts)


def test_a_form_filed_in_the_first_format_still_holds() -> None:
    """A file of format 1 has the name in one language, and its hash is over what it holds."""
    old = {"v": 1, "form": "order-1113n-report", "fields": {"device_name": {"value": "Лёгочный помощник"}}}
    kept = old | {"hash": sha256(canonical(old)).hexdigest()}
    assert holds_hash(kept) and holds_hash(json.loads(event_json(filled())))
    assert not holds_hash(kept | {"v": 2})


def test_a_name_in_either_language_is_the_same_name() -> None:
    """A document that calls the device as the register does, in either language, says the same."""
    known = {"device.name": Text("Лёгочный помощник", "Lung assistant")}
    for told, beside in (("Lung assistant", None), ("Лёгочный помощник", None), ("X", known["device.name"])):
        form = filled(written(7, "a" * 64, device_name=told), facts=known)
        assert {each.key: each.beside for each in form.fields}["device_name"] == beside


RAW = re.compile(r"[a-z]+[_.][a-z]+")


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", sorted(set(KINDS.values())))
def test_no_key_of_ours_is_drawn(kind: str, language: str) -> None:
    """In what a person reads of a form every fact, choice and status is a word of the language."""
    edition = edition_named(kind, "2021")
    words = event_words().choices
    for choice in words:
        facts: dict[str, Value] = {
            each.fact: choice if each.kind == "choice" else "1" for each in edition.fields.values()
        }
        form = event_form(facts, [], edition, subject="AE-1", known_by=date(2026, 11, 22))
        told = [cell for row in event_rows(form, language) for at, cell in enumerate(row) if at != 1]
        told += [text for _label, text in event_facts(form, language)]
        assert [cell for cell in told if RAW.search(cell)] == []


def test_every_fact_that_fills_a_field_has_a_name() -> None:
    """No edition of a form names a fact that has no words, and no word is left without a fact."""
    asked = {each.fact for kind in KINDS.values() for each in edition_named(kind, "2021").fields.values()}
    assert asked - {""} == set(event_words().sources)
