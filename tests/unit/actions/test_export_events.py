# SPDX-License-Identifier: Apache-2.0
"""Events taken away: everybody gets what they may have, no cell is a formula, no name of a site goes out."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from django.conf import settings
from openpyxl import load_workbook

from nadzor.actions.export_events import KINDS, export_events
from nadzor.actions.import_events import import_events
from nadzor.actions.import_register import import_register
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.vigilance.event_scope import Wanted
from nadzor.vigilance.models import AdverseEvent
from tests.event_files import rows_of, written
from tests.register_samples import NOW, device, register

pytestmark = pytest.mark.django_db
INSPECTOR = Person("ivanova", "Ivanova", Role.INSPECTOR)
MAKER = Person("petrov", "Petrov", Role.MANUFACTURER_ADMIN, "luchik")
OTHER = Person("sidorov", "Sidorov", Role.MANUFACTURER_ADMIN, "farlight")
CLINIC = Person("clinic", "Clinic", Role.CLINIC, "clinic")
SECRET = "Пациентка Иванова Мария"
SITE = "s-abcdefghijkl"


@pytest.fixture(autouse=True)
def _events(tmp_path: Path) -> None:
    """A death on a known device with words like a formula, a held narrative, and an unknown device."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    rows = rows_of(
        [
            "R-1",
            "ai-901",
            "2026-03-01",
            "2026-03-05",
            "2026-04-20",
            "death",
            "A090803;F02;C1010",
            "=1+2 & <b>",
        ],
        ["R-2", "ai-901", "", "", "", "", "", SECRET],
        ["R-3", "=HYPERLINK(1)", "2026-05-01", "2026-04-01", "", "M", "A99", "pl\x07ain"],
    )
    import_events(settings.HOME, written(tmp_path, rows), by=CONSOLE, now=NOW)
    AdverseEvent.objects.update(site=SITE, installation="i-1", study="a" * 32)


def taken(person: Person | None, kind: str, lang: str = "ru", wanted: Wanted | None = None) -> bytes:
    """A whole file."""
    return b"".join(export_events(person, wanted or Wanted(), kind, lang, now=NOW).chunks)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_format_gives_away_what_is_held(kind: str) -> None:
    """The held narrative is in no file, and no site in a maker's; the regulator's has the pseudonym."""
    for person in (INSPECTOR, MAKER, CONSOLE):
        content = taken(person, kind)
        if kind == "xlsx":
            content = str([[cell.value for cell in row] for row in _sheet(content)]).encode()
        assert SECRET.encode() not in content and b"\\u041f" not in content
        if person is MAKER:
            assert SITE.encode() not in content and b"i-1" not in content and b"a" * 32 not in content


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_maker_takes_its_own_devices_only(kind: str) -> None:
    """Two of three for the device's maker, none for another's; a clinic and the public are refused."""
    counts = {
        person.username: taken(person, kind).count(b"AE-2026-00000") for person in (INSPECTOR, MAKER, OTHER)
    }
    if kind != "xlsx":
        assert counts["petrov"] * 3 == counts["ivanova"] * 2 > counts["sidorov"] == 0
    else:
        assert len(list(_sheet(taken(MAKER, kind)))) == 3
    for person in (CLINIC, None):
        with pytest.raises(Refusal, match="people.not-yours"):
            export_events(person, Wanted(), kind, now=NOW)


def test_csv_is_inert_and_complete() -> None:
    """A cell that begins like a formula gets an apostrophe; codes keep editions; an unknown day is empty."""
    first, second, third = csv.DictReader(StringIO(taken(INSPECTOR, "csv").decode()))
    assert (first["narrative"], third["device_told"]) == ("'=1+2 & <b>", "'=HYPERLINK(1)")
    assert (first["problems"], third["problems"]) == ("A090803 (nadzor-2026)", "A99")
    assert (first["lag_days"], first["registration_number"], first["site"]) == ("46", "РЗН 2025/90901", SITE)
    assert (second["event_on"], second["narrative"], second["narrative_held"]) == ("", "", "true")
    assert (third["lag_days"], third["doubts"]) == ("", "aware_before_event; code_unknown")


def test_a_workbook_holds_text_not_formulas() -> None:
    """Headings are in the language asked for, and a second sheet says what the columns are."""
    content = taken(INSPECTOR, "xlsx", "en")
    head, first, *_ = _sheet(content)
    names = [cell.value for cell in head]
    cell = first[names.index("Narrative")]
    assert (cell.value, cell.data_type) == ("'=1+2 & <b>", "s")
    assert len(list(load_workbook(BytesIO(content))["columns"].iter_rows())) == len(names)
    assert "Описание" in [cell.value for cell in next(_sheet(taken(INSPECTOR, "xlsx")))]


def test_json_keeps_kinds() -> None:
    """Unknown is null, codes are objects; a device and a day narrow the file."""
    told = json.loads(taken(INSPECTOR, "json"))
    assert [each["event_on"] for each in told["rows"]] == ["2026-03-01", None, "2026-05-01"]
    assert told["rows"][0]["effects"] == [{"code": "F02", "edition": "nadzor-2026"}]
    assert len(json.loads(taken(INSPECTOR, "json", wanted=Wanted(device="ai-901")))["rows"]) == 2


def test_fhir_says_what_is_known_and_that_the_patient_is_not() -> None:
    """Required elements of R5 are there, the device is contained, an absent one is told in words."""
    bundle = json.loads(taken(INSPECTOR, "fhir", "en"))
    first, second, third = (each["resource"] for each in bundle["entry"])
    assert (bundle["type"], first["resourceType"], first["actuality"]) == (
        "collection",
        "AdverseEvent",
        "actual",
    )
    assert first["subject"]["extension"][0]["valueCode"] == "masked"
    assert (first["occurrenceDateTime"], first["detected"], first["recordedDate"]) == (
        "2026-03-01", "2026-03-05", "2026-04-20",
    )  # fmt: skip
    assert first["contained"][0]["identifier"][1]["value"] == "РЗН 2025/90901"
    assert first["code"]["coding"][0]["system"] == "urn:nadzor:imdrf:nadzor-2026"
    assert first["resultingEffect"][0]["identifier"]["value"] == "F02"
    assert "occurrenceDateTime" not in second and "seriousness" not in second
    assert third["suspectEntity"][0]["instanceCodeableConcept"]["text"] == "=HYPERLINK(1)"
    lines = taken(INSPECTOR, "fhir-ndjson", "en").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [first["id"], second["id"], third["id"]]


def test_the_mir_shape_is_sound_xml_and_claims_no_conformance() -> None:
    """What could be markup is text, a control character is gone, a held narrative says so."""
    top = fromstring(taken(INSPECTOR, "mir"))
    assert "not conformance" in top.attrib["claim"]
    told = [each.findtext("incident/narrative") for each in top]
    assert told == ["=1+2 & <b>", "held", "plain"]
    problem = top[0].find("incident/problem")
    assert problem is not None and problem.attrib == {
        "section": "3.2",
        "code": "A090803",
        "edition": "nadzor-2026",
    }
    assert top[0].findtext("administration/classification") == "death_or_unanticipated_deterioration"


def test_who_took_what_is_on_record() -> None:
    """Each export is a deed; a format nobody knows is refused."""
    made = export_events(MAKER, Wanted(device="ai-901"), "csv", now=NOW)
    assert (made.name, made.media_type) == ("adverse-events-2026-11-21.csv", "text/csv; charset=utf-8")
    (entry,) = audit.entries(verb="vigilance.events.export")
    assert (entry.by, entry.facts["kind"], entry.facts["device"]) == ("petrov", "csv", "ai-901")
    with pytest.raises(Refusal, match="ae-export.kind"):
        export_events(INSPECTOR, Wanted(), "docx", now=NOW)


def _sheet(content: bytes):  # type: ignore[no-untyped-def]
    return load_workbook(BytesIO(content))["events"].iter_rows()
