# SPDX-License-Identifier: Apache-2.0
"""Bad input at the doors of vigilance: a clear answer, good rows kept, nothing half-filed, nobody named."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from nadzor.base import clock
from nadzor.records import audit, vault
from nadzor.records.models import Notice
from nadzor.register.models import Installation
from nadzor.vigilance.ethics import checklist
from nadzor.vigilance.models import AdverseEvent, EventDocument, EventImport
from tests.event_files import HEAD, with_broken
from tests.town import CLINIC_OID

OWN = "ai-001"
TODAY = clock.today()
ANSWERS = {
    "wrong": ["missed"], "harm": "later", "event_on": TODAY.isoformat(), "words": "Узел 9 мм.", "once": "f-1",
}  # fmt: skip
PLANTED: Final = {
    "snils": ("СНИЛС 112-233-445 95", "112-233-445"),
    "oms": ("полис 7700 0012 3456 7895", "7700 0012 3456"),
    "phone": ("тел. +7 916 123-45-67", "916 123-45"),
    "email": ("пишите planted.person@clinic.ru", "planted.person"),
    "name": ("пациент Подсаднов Пётр жаловался", "Подсаднов"),
    "dicom": ("(0010,0010) PODSADNOV^PETR", "PODSADNOV"),
    "hidden": ("СНИЛС 112\u200b-233\u200b-445 95", "-445 95"),
}
BOMB = (
    b"<?xml version='1.0'?><!DOCTYPE a ["
    + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><a>&a9;</a>"
)


def zipped(content: bytes, name: str = "events.csv") -> bytes:
    """An archive with one file in it."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return kept.getvalue()


FILES: Final = {
    "entities": BOMB,
    "zip": zipped(b"0" * 5_000_000),
    "nested zip": zipped(zipped(zipped(b"0" * 1_000_000), "a.zip"), "b.zip"),
    "gzip": b"\x1f\x8b\x08" + b"\x00" * 40,
    "polyglot": b"%PDF-1.7\n" + f"{HEAD}\nR-1,{OWN},,,,M,A09,x\n".encode(),
    "program": b"MZ\x90\x00" + b"\x00" * 60,
    "nul": f"{HEAD}\nR-1\x00,{OWN},,,,M,A09,x\n".encode(),
    "wide": f"{HEAD}\n".encode("utf-16"),
    "depth": b"[" * 200_000 + b"]" * 200_000,
    "empty": b" \n \n",
    "long line": HEAD.encode() + b"\n" + b"x" * 2_000_000,
}
VALUES: Final = {
    "nan": '[{"report_id": "R-1", "event_date": NaN, "event_type": "M"}]',
    "infinity": '[{"report_id": Infinity, "event_type": "M"}]',
    "huge": '[{"report_id": ' + "9" * 5_000 + ', "event_type": "M"}]',
    "depth": '[{"report_id": ' + "[" * 50_000 + "]" * 50_000 + "}]",
    "keys": json.dumps(
        [{"report_id": "R-1", "event_type": "explosion"} | {f"k{n}": 1 for n in range(100_000)}]
    ),
    "surrogate": '[{"report_id": "\\ud800", "event_type": "M"}]',
    "object": '[{"report_id": {"a": 1}, "event_type": "M"}]',
}


def upload(client: Any, content: bytes, name: str = "events.csv") -> Any:
    """The answer of the import page to a file."""
    return client.post("/events/import/", {"events-file": SimpleUploadedFile(name, content)})


def everything() -> str:
    """Every clear cell of every table, and the chain of deeds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [name for (name,) in cursor.fetchall() if not name.startswith("sqlite")]
        rows: list[Any] = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    cells = (str(cell) for row in rows for cell in row if not isinstance(cell, bytes | memoryview))
    return "\n".join([*cells, *(str(each) for each in audit.entries())])


def on_disk(home: Any, planted: str) -> list[str]:
    """Files of the data directory that hold the planted text in clear; the databases themselves aside."""
    small = (path for path in home.root.rglob("*") if path.is_file() and path.stat().st_size < 2**20)
    return [path.name for path in small if planted.encode() in path.read_bytes()]


def clinic_system(house: Any) -> str:
    """An installation of the clinic that has an account."""
    site = vault.pseudonym(CLINIC_OID, home=house)
    return str(Installation.objects.filter(site=site, sandbox=False, device__code=OWN).first().pk)


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_detail_lies_in_sealed_bytes_alone(client_of, house, caplog, kind):
    """By form and by file: the event stands, and no table, deed, notice, log or file holds the detail."""
    text, planted = PLANTED[kind]
    given = ANSWERS | {"system": clinic_system(house), "words": text, "step": "send"}
    assert client_of("clinic").post("/clinic/report/", given).status_code == 302
    row = f'R-{kind},"{text}",2026-01-01,2026-01-02,2026-01-03,M,A09,"{text}"'
    answer = upload(client_of("inspector"), f"{HEAD}\n{row}\n".encode(), f"{text}.csv")
    assert answer.status_code == 200 and AdverseEvent.objects.count() == 2
    assert EventDocument.objects.filter(narrative__held=True).count() == 2
    leaks = [planted in everything(), planted in caplog.text, bool(on_disk(house, planted))]
    assert leaks == [False, False, False]
    for each in AdverseEvent.objects.all():
        for page in ("", "event.json", "event.csv", "forms/report/"):
            assert planted not in client_of("head").get(f"/events/{each.number}/{page}").content.decode()


@pytest.mark.parametrize("kind", PLANTED)
def test_grounds_and_answers_name_nobody(client_of, house, caplog, kind):
    """Every other text field refuses, says so beside the form, and keeps nothing of it."""
    text, planted = PLANTED[kind]
    given = ANSWERS | {"system": OWN, "once": "letter"}
    number = client_of("inspector").post("/events/new/", given)["Location"].split("/")[2]
    desk, maker = client_of("inspector"), client_of("manufacturer_admin")
    ask = {"verb": "ask", "ask-question": text, "ask-because": "Not said."}
    grounds = {"verb": "reclassify_death", "reclassify_death-because": text}
    plan = {"goals": text, "sample_size": "100"}
    answers = [
        desk.post(f"/events/{number}/move/", ask),
        desk.post(f"/events/{number}/move/", grounds),
        desk.post(f"/events/{number}/case/", {"because": text}),
        desk.post("/events/new/", ANSWERS | {"system": "other", "told": text, "once": "other"}),
        maker.post(f"/events/{number}/send/report/", {"conclusion": text}),
        maker.post(
            f"/devices/{OWN}/ethics/answer/",
            {
                f"{part}-{line}": value
                for line in checklist().lines
                for part, value in (("answer", "yes"), ("note", text))
            },
        ),
        maker.post(f"/monitoring/{OWN}/plan/", plan),
    ]
    assert [answer.status_code for answer in answers if answer.status_code < 400] == []
    leaks = [planted in everything(), planted in caplog.text, bool(on_disk(house, planted))]
    assert leaks == [False, False, False]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_none_is_refused_whole(client_of, house, name):
    """Bombs, archives, disguises and programs: a named problem beside the field, and nothing kept."""
    answer = upload(client_of("inspector", "en"), FILES[name])
    assert 400 <= answer.status_code < 500 and "Traceback" not in answer.content.decode()
    assert (AdverseEvent.objects.count(), EventImport.objects.count()) == (0, 0)


@pytest.mark.parametrize("name", VALUES)
def test_values_no_table_can_hold_cost_their_record_alone(client_of, house, name):
    """Not a number, without end, too deep, too many: the record is named, its neighbour kept."""
    text = VALUES[name][:-1] + ', {"report_id": "R-2", "event_type": "M", "problem_codes": "A09"}]'
    answer = upload(client_of("inspector", "en"), text.encode(), "events.json")
    assert answer.status_code in (200, 413, 422)
    kept = list(AdverseEvent.objects.values_list("source_id", flat=True))
    assert kept in ([], ["R-2"], ["R-1", "R-2"]) and (name != "huge" or "999" not in answer.content.decode())


def test_twenty_thousand_rows_with_three_hundred_broken_ones(client_of, house):
    """Good rows are kept and counted, each bad one is named; the same file again adds nothing."""
    text, told = with_broken(20_000, 300)
    client = client_of("inspector", "en")
    first = upload(client, text.encode())
    assert first.status_code == 200 and AdverseEvent.objects.count() == 19_700
    kept = EventImport.objects.get()
    assert (kept.rows, kept.kept, kept.refused) == (20_000, 19_700, 300)
    assert [(each["row"], each["code"]) for each in kept.faults] == told
    upload(client, text.encode())
    assert AdverseEvent.objects.count() == 19_700
    assert EventImport.objects.order_by("id").last().known == 19_700


def test_what_cannot_be_is_refused_beside_its_field(client_of, house):
    """A future day, days that contradict, an event nobody knows, a device of another maker."""
    maker, desk = client_of("manufacturer_admin", "en"), client_of("inspector", "en")
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    before = (TODAY - timedelta(days=9)).isoformat()
    for wrong in ({"event_on": tomorrow}, {"event_on": TODAY.isoformat(), "aware_on": before}):
        answer = maker.post("/events/new/", ANSWERS | {"system": OWN} | wrong)
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert maker.post("/events/new/", ANSWERS | {"system": "ai-003"}).status_code == 422
    assert maker.post("/events/AE-2026-999999/send/follow_up/", {"narrative": "x"}).status_code == 404
    assert desk.post("/events/AE-2026-999999/move/", {"verb": "close"}).status_code == 404
    assert (AdverseEvent.objects.count(), Notice.objects.filter(subject__startswith="event").count()) == (
        0,
        0,
    )


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "＝"])
def test_no_export_holds_a_formula(client_of, house, sign):
    """Names of devices, versions and texts that begin like a formula are text in every table."""
    formula = f"{sign}HYPERLINK(1)"
    row = f'R-1,"{formula}",2026-01-01,2026-01-02,2026-01-03,M,A09,"{formula}"'
    desk = client_of("inspector")
    assert upload(desk, f"{HEAD}\n{row}\n".encode()).status_code == 200
    table = desk.get("/events/export/?as=csv").content.decode("utf-8-sig")
    cells = [cell.strip('"') for line in table.splitlines() for cell in line.split(",")]
    assert "HYPERLINK" in table and not [
        cell for cell in cells if cell.lstrip().startswith(("=", "＝", "@", "+H"))
    ]
    with zipfile.ZipFile(io.BytesIO(desk.get("/events/export/?as=xlsx").content)) as book:
        assert not [name for name in book.namelist() if b"<f>" in book.read(name)]


def test_control_signs_are_refused_in_grounds_and_taken_out_of_stories(client_of, house):
    """NUL and turned writing: no fault of ours, no text that reads otherwise than it is kept."""
    given = ANSWERS | {"system": OWN, "once": "letter", "words": "Узел\x00 пропу\u202eщен"}
    answer = client_of("inspector").post("/events/new/", given)
    assert answer.status_code == 302
    row = EventDocument.objects.get()
    assert row.narrative.text == "Узел пропущен"
    number = answer["Location"].split("/")[2]
    grounds = {"verb": "reclassify_death", "reclassify_death-because": "a\x00b"}
    assert client_of("inspector").post(f"/events/{number}/move/", grounds).status_code == 422
    assert "\x00" not in everything()
