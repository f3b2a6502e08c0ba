# SPDX-License-Identifier: Apache-2.0
"""A file of adverse events: good rows are kept, each bad one is named, nothing is filed twice or by half."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings

from nadzor.actions import import_events as action
from nadzor.actions.import_codes import import_codes
from nadzor.actions.import_events import ImportReport, import_events
from nadzor.actions.import_register import import_register
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, document
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.vigilance import import_scan
from nadzor.vigilance.lateness import Days
from nadzor.vigilance.models import AdverseEvent, EventDocument, EventImport, EventStep, Narrative
from nadzor.vigilance.narratives import opened
from tests.event_files import BROKEN, HEAD, good, rows_of, with_broken, written
from tests.register_samples import NOW, device, register
from tests.shared import shared

pytestmark = pytest.mark.django_db
Import = Callable[..., ImportReport]


@pytest.fixture
def home() -> Home:
    """The tests' own data directory with one device, ai-901."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    return settings.HOME


@pytest.fixture
def taken(home: Home, tmp_path: Path) -> Import:
    """Import a text."""

    def take(text: str | bytes, *, name: str = "events.csv", **rest: Any) -> ImportReport:
        return import_events(home, written(tmp_path, text, name), by=CONSOLE, now=NOW, **rest)

    return take


def test_good_rows_are_kept_and_bad_ones_named(taken: Import) -> None:
    """Of 700 rows with 70 broken in ten ways, 630 are kept and each broken one is told with its place."""
    text, broken = with_broken(700, 70)
    told = taken(text)
    assert (told.rows, told.kept, told.known, told.refused) == (700, 630, 0, 70)
    assert [(each.row, each.code) for each in told.errors] == broken
    assert {each.code for each in told.errors} == BROKEN.keys()
    assert all(each.ru and each.en for each in told.errors)
    assert AdverseEvent.objects.count() == EventDocument.objects.count() == Narrative.objects.count() == 630


def test_a_record_of_several_lines_is_one_row(taken: Import) -> None:
    """A cell too many after a narrative of three lines is one fault; rows after it keep their places."""
    odd = 'B-1,ai-901,2026-01-01,2026-01-02,2026-01-03,M,A09,"one\ntwo, ""2""\nthree",more'
    text = "\n".join(
        [HEAD, good(0), odd, good(2), "B-3,ai-901,soon,,,M,A09,", BROKEN["ae-row.quotes"], good(5)]
    )
    told = taken(text)
    assert (told.rows, told.kept) == (6, 3)
    assert [(each.row, each.line, each.code) for each in told.errors] == [
        (2, 3, "ae-row.cells"),
        (4, 7, "ae-row.date"),
        (5, 8, "ae-row.quotes"),
    ]


def test_a_separator_that_a_spreadsheet_names_is_heeded(taken: Import) -> None:
    """A first line sep=; is no heading."""
    told = taken("sep=;\r\n" + "\r\n".join([HEAD.replace(",", ";"), "1;ai-901;2026-01-01;;;death;;a, b, c"]))
    assert (told.kept, told.linked, told.delimiter) == (1, 1, ";")


@pytest.mark.parametrize("join", ["[{}]", "{}"], ids=["list", "lines"])
def test_what_a_later_object_knows_is_read(taken: Import, join: str) -> None:
    """An object leaves out what is unknown; the names of all objects count, not those of the first alone."""
    first, second = '{"report_id": "1"}', '{"report_id": "2", "device": "ai-901", "event_date": "2026-01-01"}'
    told = taken(join.format(f"{first}{',' if '[' in join else ''}\n{second}"), name="events.json")
    assert (told.kept, told.linked, "event_date" in told.missing_columns) == (2, 1, False)
    assert str(AdverseEvent.objects.get(device="ai-901").event_on) == "2026-01-01"


def test_an_object_over_several_lines_is_refused_in_words(taken: Import) -> None:
    """One object, neither in a list nor on one line, is refused with what to write instead."""
    with pytest.raises(Refusal, match="ae-file.json") as refused:
        taken('{\n "report_id": "1"\n}', name="events.json")
    assert "square brackets" in document(refused.value, "en")["do"]


def test_a_second_import_adds_nothing(taken: Import) -> None:
    """The same file again: every row is known, no row is written, and both imports are on record."""
    text = "\n".join([HEAD, *map(good, range(30))])
    taken(text)
    again = taken(text)
    assert (again.kept, again.known, again.differing) == (0, 30, 0)
    assert (AdverseEvent.objects.count(), EventImport.objects.count()) == (30, 2)
    assert len(audit.entries(verb="vigilance.events.import")) == 2


def test_a_known_number_with_other_content_is_told(taken: Import) -> None:
    """Nothing is overwritten in silence; under another source it is another report."""
    taken(rows_of(["1", "ai-901", "2026-01-01", "", "", "death", "", ""]))
    other = rows_of(["1", "ai-901", "2026-02-01", "", "", "death", "", ""])
    told = taken(other)
    assert (told.known, told.differing, told.notes[0].code) == (1, 1, "ae-note.differs")
    assert str(AdverseEvent.objects.get().event_on) == "2026-01-01"
    assert taken(other, source="mis-2").kept == 1
    with pytest.raises(Refusal, match="ae-file.source"):
        taken(other, source="../../x")


@pytest.mark.parametrize("text", ["It froze", "Call +7 912 345-67-89"], ids=["clear", "held"])
def test_a_narrative_told_anew_is_told(taken: Import, text: str) -> None:
    """The same words are known; others under the same number are told as differing, held or clear."""
    row = ["1", "ai-901", "2026-01-01", "", "", "death", ""]
    taken(rows_of([*row, text]))
    assert taken(rows_of([*row, text])).differing == 0
    assert taken(rows_of([*row, text + " twice"])).differing == 1
    assert taken(rows_of([*row, ""])).differing == 1


def test_a_row_is_kept_whole(taken: Import) -> None:
    """Days, kind, codes by annex, the device by its number, quality, and the step of the import."""
    taken(
        rows_of(
            ["R-1", "P3H 2025/90901", "01.02.2026", "20260203", "2026-03-20", "смерть", "F02;A1101;C10", "x"]
        )
    )
    row = AdverseEvent.objects.get()
    days = Days(row.event_on, row.aware_on, row.received_on)
    assert tuple(map(str, msgspec.structs.astuple(days))) == ("2026-02-01", "2026-02-03", "2026-03-20")
    assert (row.device, row.state, row.seriousness, row.event_type) == (
        "ai-901",
        "reported",
        "death",
        "death",
    )
    assert [[each["code"] for each in kept] for kept in (row.problems, row.effects, row.causes)] == [
        ["A1101"], ["F02"], ["C10"],
    ]  # fmt: skip
    assert row.problems[0]["edition"] == "nadzor-2026"
    assert 0.0 < row.quality < 1.0
    step = EventStep.objects.get()
    assert (step.verb, step.start, step.to, str(step.on)) == (
        "note_reported",
        "noticed",
        "reported",
        "2026-03-20",
    )


def test_an_unknown_device_never_stops_receiving(taken: Import) -> None:
    """It is kept as told, waits for a person, is counted, and has a note with its row."""
    told = taken(
        rows_of(["R-1", "Some scanner", "", "", "", "", "", ""], ["R-2", "", "", "", "", "", "", ""])
    )
    assert (told.kept, told.unlinked, told.undated) == (2, 2, 2)
    assert [(each.row, each.code) for each in told.notes] == [(1, "ae-note.device-unknown")]
    row = AdverseEvent.objects.get(source_id="R-1")
    assert (row.device, row.device_told, row.state) == ("", "Some scanner", "received")


def test_contradictory_dates_and_unknown_codes_are_kept_and_marked(taken: Import) -> None:
    """Doubts stand on the row and in the notes; the row counts as kept."""
    told = taken(rows_of(["R-1", "ai-901", "2026-05-01", "2026-04-01", "2026-03-01", "other", "A99", ""]))
    assert (told.kept, told.contradictory, told.codes_unknown) == (1, 1, 1)
    assert {each.code for each in told.notes} == {"ae-note.dates", "ae-note.code-unknown"}
    row = AdverseEvent.objects.get()
    assert row.doubts == [
        "aware_before_event",
        "aware_after_received",
        "event_after_received",
        "code_unknown",
    ]
    assert row.problems == [{"code": "A99", "edition": ""}]


def test_a_narrative_with_a_name_is_held_and_the_core_kept(taken: Import, home: Home) -> None:
    """No clear text stands in the table, the seal opens for the house, and the note repeats nothing."""
    text = "Пациентка Иванова Мария: узел пропущен"
    told = taken(rows_of(["R-1", "ai-901", "2026-05-01", "", "", "death", "F02", text]))
    row = Narrative.objects.get()
    assert (told.kept, told.held, row.held, row.text) == (1, 1, True, "")
    assert [each.code for each in told.notes] == ["ae-note.held"]
    assert opened(home, row) == text
    assert "Иванова" not in str(msgspec.to_builtins(told)) + str(list(EventDocument.objects.values()))


def test_a_name_in_the_place_of_a_device_is_not_kept(taken: Import) -> None:
    """The report stands without what was told as its device, and says so."""
    text = rows_of(["R-1", "Иванов И. И.", "2026-05-01", "", "", "death", "F02", ""])
    assert taken(text).kept == 1
    row = AdverseEvent.objects.get()
    assert (row.device_told, "device_name_withheld" in row.doubts) == ("", True)
    assert "Иванов" not in str(EventDocument.objects.get().fields)
    assert taken(text).differing == 0


@pytest.mark.parametrize(
    ("encode", "encoding", "delimiter"),
    [
        (lambda text: text.encode(), "utf-8-sig", ","),
        (lambda text: b"\xef\xbb\xbf" + text.encode(), "utf-8-sig", ","),
        (lambda text: text.encode("cp1251"), "cp1251", ","),
        (lambda text: text.replace(",", ";").encode(), "utf-8-sig", ";"),
        (lambda text: text.replace(",", "\t").replace("\n", "\r\n").encode("cp1251"), "cp1251", "\t"),
    ],
    ids=["utf-8", "bom", "cp1251", "semicolon", "tab-crlf-cp1251"],
)
def test_files_as_people_save_them(
    taken: Import, encode: Callable[[str], bytes], encoding: str, delimiter: str
) -> None:
    """Encodings and delimiters are found; headings may be Russian; other columns are ignored and named."""
    head = "Номер,Изделие,Дата события,Вид события,Описание,Цвет"
    text = f'{head}\n1,ai-901,01.05.2026,смерть,"первая\nвторая",синий\n2,ai-901,,Травма,,\n'
    told = taken(encode(text))
    assert (told.kept, told.encoding, told.delimiter) == (2, encoding, delimiter)
    assert (told.ignored_columns, "narrative" in told.missing_columns) == (("Цвет",), False)
    assert set(told.missing_columns) == {"version", "aware_date", "received_date", "problem_codes"}
    assert "вторая" in Narrative.objects.get().text
    assert set(AdverseEvent.objects.values_list("event_type", flat=True)) == {"death", "serious_injury"}


def test_json_lists_and_lines(taken: Import) -> None:
    """Both shapes are read element by element; codes may be a list; a value that is no text is named."""
    rows: list[Any] = [
        {"report_id": 1, "device": "ai-901", "event_type": "M", "problem_codes": ["A09", "F13"]},
        {"report_id": "2", "event_date": None, "narrative": '{["quoted"]}'},
        {"report_id": "3", "device": {"code": "ai-901"}},
        ["not an object"],
    ]
    listed = taken(msgspec.json.format(msgspec.json.encode(rows), indent=1), name="events.json")
    assert (listed.kept, [(each.row, each.code) for each in listed.errors]) == (
        2, [(3, "ae-row.kind"), (4, "ae-row.json")],
    )  # fmt: skip
    lines = b"\n".join(map(msgspec.json.encode, rows)) + b"\n{\n"
    again = taken(lines, name="events.ndjson")
    assert (again.known, again.kept, len(again.errors)) == (2, 0, 3)


def test_a_broken_json_list_keeps_what_came_before(taken: Import) -> None:
    """What follows a broken element cannot be told apart: it is said once."""
    told = taken('[{"report_id": "1"}, {"report_id": "2"}, {"report_id": ', name="cut.json")
    assert (told.kept, [(each.row, each.code) for each in told.errors]) == (2, [(3, "ae-row.json")])


def test_half_a_character_is_refused(taken: Import) -> None:
    """JSON can write half of a pair; no table keeps that."""
    told = taken('{"report_id": "1", "narrative": "\\ud800"}\n', name="half.ndjson")
    assert [each.code for each in told.errors] == ["ae-row.kind"]


def _archive() -> bytes:
    page = BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("events.csv", b"0" * 10_000_000)
    return page.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "ae-file.empty"),
        (b" \n\r\n", "ae-file.empty"),
        (b"[]", "ae-file.empty"),
        (_archive(), "ae-file.disguised"),
        (b"report_id\n1\x00\n", "ae-file.disguised"),
        ("report_id\n1\n".encode("utf-16"), "ae-file.disguised"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "ae-file.markup"),
        (b"report_id\n\x98\xff\n", "ae-file.encoding"),
        (b"report_id\n" + b"x" * (2 << 20), "ae-file.line-too-long"),
        (b"number of things,colour\n1,2\n", "ae-file.no-columns"),
        (b'"open\n1\n', "ae-file.no-columns"),
        (b'{\n "events": []\n}\n', "ae-file.json"),
        (b"submission_number,device_name,n_reports\nK1,x,3\n", "ae-file.no-reports"),
    ],
    ids=["empty", "blank", "no-rows", "zip", "nul", "utf-16", "entities", "encoding", "line", "columns",
         "head", "json", "devices"],
)  # fmt: skip
def test_what_is_no_file_of_reports_is_refused_whole(taken: Import, content: bytes, code: str) -> None:
    """The refusal says what the file is; nothing is written."""
    with pytest.raises(Refusal, match=code):
        taken(content)
    assert (AdverseEvent.objects.count(), EventImport.objects.count()) == (0, 0)


def test_a_file_without_end_is_refused(taken: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading stops at the limit, whatever the file claims to be."""
    monkeypatch.setattr(import_scan, "FILE_MAX", 1 << 20)
    with pytest.raises(Refusal, match="ae-file.too-large"):
        taken(b"report_id\n" + b"1\n" * (1 << 20))


def test_rows_beyond_the_limit_are_said_once(taken: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows before it are kept."""
    monkeypatch.setattr(action, "ROWS_MAX", 3)
    told = taken("\n".join([HEAD, *map(good, range(9))]))
    assert (told.kept, [each.code for each in told.errors]) == (3, ["ae-row.too-many"])


def test_words_that_are_left_off_are_counted(taken: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report has a bound; what does not fit is counted."""
    monkeypatch.setattr(action, "SHOWN_MAX", 2)
    told = taken("report_id,device\n" + "".join(f"{n},unknown\n,\n" for n in range(5)))
    assert (len(told.notes), told.notes_left_off, told.refused) == (2, 3, 0)


def test_only_the_desk_imports(home: Home, tmp_path: Path) -> None:
    """A maker's person cannot file history into the register of events."""
    path = written(tmp_path, rows_of(["1", "", "", "", "", "", "", ""]))
    for person in (None, Person("a", "A", Role.MANUFACTURER_ADMIN, "luchik")):
        with pytest.raises(Refusal, match="people.inspector-only"):
            import_events(home, path, by=person, now=NOW)


def test_the_public_reports_import_at_full_size(home: Home) -> None:
    """All 21,902 reports are kept with their weak labels; a list of devices is refused for what it is."""
    told = import_events(
        home, shared("real-adverse-events", "classification_progress.csv"), by=CONSOLE, now=NOW
    )
    assert (told.rows, told.kept, told.undated, told.refused) == (21902, 21902, 21902, 0)
    assert (told.shape, told.ignored_columns) == ("weak-labels", ())
    kept = Counter(EventDocument.objects.values_list("fields__kept__primary_category", flat=True))
    assert kept.keys() == {*"ABCDEFGU", ""} and kept.total() == 21902
    with pytest.raises(Refusal, match="ae-file.no-reports"):
        import_events(home, shared("real-adverse-events", "linkage_summary.csv"), by=CONSOLE, now=NOW)


def test_the_reviewed_sample_imports(home: Home) -> None:
    """Two hundred narratives of up to 14,547 characters, each with the name of a device we do not know."""
    path = shared("real-adverse-events", "validation_sample_for_review.csv")
    told = import_events(home, path, by=CONSOLE, now=NOW)
    assert (told.kept, told.unlinked, told.shape, told.refused) == (200, 200, "reviewed-sample", 0)
    assert Narrative.objects.filter(held=False).count() == 200


def test_codes_of_a_file_are_of_the_newest_edition_that_has_them(taken: Import) -> None:
    """An older edition that comes in later is not the newer one; a code that only it has is still of it."""
    for name, codes in (("imdrf-2024", ["A01", "A02"]), ("imdrf-2022", ["A01", "A03"])):
        rows = [{"code": each, "term": each} for each in codes]
        import_codes({"annexa.json": msgspec.json.encode(rows)}, edition=name, by=CONSOLE, now=NOW)
    taken(rows_of(["1", "ai-901", "2026-01-01", "", "", "death", "A01;A03", ""]))
    assert AdverseEvent.objects.get().problems == [
        {"code": "A01", "edition": "imdrf-2024"},
        {"code": "A03", "edition": "imdrf-2022"},
    ]
