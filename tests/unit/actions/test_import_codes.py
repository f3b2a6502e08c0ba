# SPDX-License-Identifier: Apache-2.0
"""Editions of the terminology: imported whole, never changed, side by side; whatever is wrong is named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping

import pytest

from nadzor.actions.import_codes import CodesReport, import_codes, read_codes
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.vigilance.codes import children, code, coded, current_edition, editions, find_codes, later
from nadzor.vigilance.models import Code, CodeEdition
from tests.shared import shared

pytestmark = pytest.mark.django_db
Row = Mapping[str, str]
BY_ANNEX = {"A": 478, "B": 24, "C": 151, "D": 41, "E": 884, "F": 66, "G": 296}


def _row(code: str, term: str = "Term", **more: str) -> dict[str, str]:
    above = [code[:length] for length in range(3, len(code), 2)]
    plain = {"code": code, "term": term, "definition": f"{term} told.", "Status": ""}
    return {**plain, "CodeHierarchy": "|".join([*above, code]), **more}


def _json(*rows: Row) -> bytes:
    return json.dumps(rows).encode()


def _import(edition: str = "imdrf-2022", **files: bytes) -> CodesReport:
    named = {name.replace("_", "."): content for name, content in files.items()}
    return import_codes(named, edition=edition, by=CONSOLE, now=clock.now())


def _told(content: bytes, name: str = "annexa_json") -> list[tuple[str, str]]:
    """What is wrong with a file, by place and code; nothing of it is written."""
    with pytest.raises(Refusal) as refused:
        _import(**{name: content})
    assert not Code.objects.exists()
    assert refused.value.code == "codes.rows"
    return [(one["at"].rpartition(":")[2], one["code"]) for one in refused.value.facts["problems"]]


def test_the_released_annexes_come_in_whole() -> None:
    """The seven public files are 1,940 terms, of which the ones in several branches are one code each."""
    files = read_codes(sorted(shared("imdrf").glob("*.json")))
    report = import_codes(files, by=CONSOLE, now=clock.now())
    assert (report.edition, report.released, report.is_new) == ("imdrf-2022", "2022", True)
    assert report.by_annex == BY_ANNEX
    assert (report.terms, report.codes) == (1940, 1756)
    assert [one["code"] for one in report.questions] == ["codes.code-repeated", "codes.texts-differ"]
    brain = code("E0102")
    assert brain is not None
    assert brain.places == ("E01|E0102", "E20|E0102")
    assert "E0102" in [card.code for card in children("E20")]
    heading = code("E01")
    assert heading is not None
    assert not heading.selectable
    missed = code("A090803")
    assert missed is not None
    assert (missed.edition, missed.translated, bool(missed.definition)) == ("imdrf-2022", True, True)


def test_the_same_files_again_change_nothing() -> None:
    """A second import of the same files under the same name writes nothing, whatever the files are called."""
    content = _json(_row("A01"), _row("A0101"))
    assert _import(annexa_json=content).is_new
    again = _import(annexa_2_json=content)
    assert not again.is_new
    assert Code.objects.count() == 2


def test_an_edition_never_changes() -> None:
    """Other files under a name that is taken are refused, and the edition stays as it was."""
    _import(annexa_json=_json(_row("A01", "First")))
    with pytest.raises(Refusal, match="codes.edition-differs"):
        _import(annexa_json=_json(_row("A01", "Second")))
    assert Code.objects.get().term == "First"


def test_editions_stand_side_by_side_and_nothing_is_recoded() -> None:
    """A code of the old edition still answers; what the new one makes of it is told, never applied."""
    old = [
        _row("A01", "One"),
        _row("A02", "Two"),
        _row("A03", "Three"),
        _row("A04", "Four"),
        _row("A05", "5"),
    ]
    new = [_row("A01", "One"), _row("A02", "Two renamed"), _row("A04", "Four", Status="Not selectable"),
           _row("A05", "5", definition="Another.")]  # fmt: skip
    _import("imdrf-2022", annexa_json=_json(*old))
    chosen = coded(["A03"], annex="A")
    _import("imdrf-2024", annexa_json=_json(*new))
    CodeEdition.objects.filter(name="imdrf-2024").update(released="2024")
    assert current_edition() == "imdrf-2024"
    assert [card.name for card in editions()] == ["imdrf-2024", "imdrf-2022", "nadzor-2026"]
    kept = code(chosen[0]["code"], chosen[0]["edition"])
    assert kept is not None
    assert kept.term.en == "Three"
    fates = {one: later(found)[0].fate for one in ("A01", "A02", "A03", "A04", "A05")
             if (found := code(one, "imdrf-2022")) is not None}  # fmt: skip
    assert fates == {
        "A01": "same",
        "A02": "renamed",
        "A03": "withdrawn",
        "A04": "not-selectable",
        "A05": "redefined",
    }


def test_our_list_adds_what_an_older_edition_does_not_have() -> None:
    """A code the current edition lacks is found in our own list, and keeps our edition's name when chosen."""
    _import(annexa_json=_json(_row("A09", "Output"), _row("A0907", "None")))
    assert coded(["A0907", "A2205"], annex="A") == [
        {"code": "A0907", "edition": "imdrf-2022"},
        {"code": "A2205", "edition": "nadzor-2026"},
    ]
    assert find_codes("ничего выдало")[0].edition == "imdrf-2022"


def test_csv_of_the_same_columns_comes_in() -> None:
    """A CSV with the released columns, whatever the case of their names, is the same terminology."""
    head = b"Code,Term,Definition,Status,Code Hierarchy\n"
    rows = b'A01,One,"Told, twice",,A01\nA0101,Two,Told,Retired,A01|A0101\n'
    report = _import(annexa_csv=head + rows)
    assert (report.codes, report.not_selectable) == (2, 1)
    found = code("A0101", "imdrf-2022")
    assert found is not None
    assert (found.parent, found.selectable, found.status) == ("A01", False, "Retired")


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([_row("A01"), _row("F02")], [("2", "codes.annex-mismatch")]),
        (
            [_row("A01"), _row("a0101"), _row("Z01")],
            [("2", "codes.code-malformed"), ("3", "codes.code-malformed")],
        ),
        ([_row("A01"), _row("A02", "")], [("2", "codes.term-length")]),
        ([_row("A01"), _row("A02", "x" * 301)], [("2", "codes.term-length")]),
        ([_row("A01"), _row("A02", "a\x00b")], [("2", "codes.row-malformed")]),
        ([_row("A01"), _row("A02", "a\u202eb")], [("2", "codes.row-malformed")]),
        ([_row("A01"), _row("A01", "Other")], [("2", "codes.code-twice")]),
        ([_row("A01"), _row("A0101", CodeHierarchy="A02|A0101")], [("2", "codes.parent-unknown")]),
        ([_row("A01", CodeHierarchy="A01|A0101|A01")], [("1", "codes.hierarchy-malformed")]),
        ([_row("A01", CodeHierarchy="F02|A01")], [("1", "codes.hierarchy-malformed")]),
        (
            [_row("A01", CodeHierarchy="A02|A01"), _row("A02", CodeHierarchy="A01|A02")],
            [("1", "codes.circle"), ("2", "codes.circle")],
        ),
    ],
    ids=[
        "annex",
        "letter",
        "no-term",
        "long-term",
        "nul",
        "override",
        "twice",
        "orphan",
        "loop",
        "other-annex",
        "circle",
    ],  # fmt: skip
)
def test_every_wrong_row_is_named(rows: list[Row], wrong: list[tuple[str, str]]) -> None:
    """Each row that is wrong is named with its place and cure, and nothing of the file is entered."""
    assert _told(_json(*rows)) == wrong


def test_a_row_that_is_no_mapping_is_named() -> None:
    """A number where a text belongs, and a list where a row belongs, are named by their rows."""
    content = b'[{"code":"A01","term":"One"},[1],{"code":"A02","term":7}]'
    assert _told(content) == [("2", "codes.row-malformed"), ("3", "codes.row-malformed")]


def test_a_csv_row_with_too_many_cells_is_named() -> None:
    """A CSV row that does not fit its columns is named."""
    content = b"code,term\nA01,One\nA02,Two,Three\nA03\n"
    assert _told(content, "annexa_csv") == [("2", "codes.row-malformed"), ("3", "codes.row-malformed")]


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"[[[[", b"[" * 200_000, b"\x00\x01", gzip.compress(b"[]" * 9999), b"PK\x03\x04zip",
     b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", b"name,text\n1,2\n", b'[{"a":' + b"[" * 90_000],
    ids=["empty", "object", "none", "open", "deep", "binary", "gzip", "zip", "xml", "columns", "deep-row"],
)  # fmt: skip
def test_rubbish_is_refused_as_no_annex(content: bytes) -> None:
    """What is no annex at all is refused at once, whatever it pretends to be."""
    with pytest.raises(Refusal) as refused:
        _import(annexa_json=content)
    assert refused.value.code in {"codes.file", "codes.rows"}
    assert not CodeEdition.objects.exists()


def test_too_many_bytes_and_rows_are_refused(tmp_path, monkeypatch) -> None:
    """A file beyond the limit is refused before it is read whole; so is one of too many rows."""
    monkeypatch.setattr("nadzor.actions.import_codes.BYTES_MAX", 64)
    path = tmp_path / "annexa.json"
    path.write_bytes(b"[" + b" " * 100 + b"]")
    with pytest.raises(Refusal, match="codes.file-too-large"):
        read_codes([path])
    monkeypatch.setattr("nadzor.vigilance.code_files.ROWS_MAX", 2)
    with pytest.raises(Refusal, match="codes.file-too-large"):
        _import(annexa_json=_json(_row("A01"), _row("A02"), _row("A03")))


def test_files_are_asked_for_by_distinct_names_that_can_be_read(tmp_path) -> None:
    """Two files of one name are refused, so is one that is not there, so is none at all."""
    path = tmp_path / "annexa.json"
    path.write_bytes(b"[]")
    with pytest.raises(Refusal, match="codes.files-same-name"):
        read_codes([path, path])
    with pytest.raises(Refusal, match="codes.file-unreadable"):
        read_codes([tmp_path / "absent.json"])
    with pytest.raises(Refusal, match="codes.files-number"):
        import_codes({}, by=CONSOLE, now=clock.now())


@pytest.mark.parametrize("name", ["", "nadzor-2026", "имя", "a" * 41, "a b", "../x"])
def test_an_edition_needs_a_plain_name_of_its_own(name: str) -> None:
    """Without a release to go by a name is asked for; ours, and what is no plain name, are refused."""
    with pytest.raises(Refusal, match="codes.edition-name"):
        _import(name, annexa_json=_json(_row("A01")))


def test_only_keepers_of_the_register_import() -> None:
    """A maker's person may not import an edition."""
    maker = Person("reporter", "R", Role.MANUFACTURER_REPORTER, "maker")
    with pytest.raises(Refusal, match="people.registrar-only"):
        import_codes({"annexa.json": _json(_row("A01"))}, edition="x", by=maker, now=clock.now())
    assert not CodeEdition.objects.exists()


def test_an_edition_without_an_annex_leaves_that_annex_to_the_one_before() -> None:
    """What no file came for is neither withdrawn nor lost: it is chosen from the edition before."""
    _import("imdrf-2022", annexa_json=_json(_row("A01")), annexe_json=_json(_row("E01"), _row("E0101")))
    report = _import("imdrf-2025", annexa_json=_json(_row("A01", "Renamed")))
    assert report.absent_annexes == "BCDEFG"
    assert current_edition() == "imdrf-2025"
    assert coded(["A01", "E0101"], annex="AE") == [
        {"code": "A01", "edition": "imdrf-2025"},
        {"code": "E0101", "edition": "imdrf-2022"},
    ]
    there = code("E0101", "imdrf-2022")
    assert there is not None
    assert later(there) == ()


def test_the_year_in_a_name_says_which_edition_is_the_newest() -> None:
    """Files that speak of no release are as new as the name they are given says."""
    _import("imdrf-2024", annexa_json=_json(_row("A01", "Old")))
    assert _import("imdrf-2026", annexa_json=_json(_row("A01", "New"))).released == "2026"
    _import("imdrf-2025", annexa_json=_json(_row("A01", "Between")))
    assert (current_edition(), find_codes("A01")[0].term.en) == ("imdrf-2026", "New")


def test_a_code_that_was_renamed_and_closed_is_told_as_closed() -> None:
    """That it may no longer be chosen says more than that its name is another one."""
    _import("imdrf-2024", annexa_json=_json(_row("A01", "One")))
    _import("imdrf-2025", annexa_json=_json(_row("A01", "Other", Status="Retired")))
    there = code("A01", "imdrf-2024")
    assert there is not None
    (told,) = later(there)
    assert (told.fate, told.term.en if told.term else "") == ("not-selectable", "Other")
