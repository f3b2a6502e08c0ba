# SPDX-License-Identifier: Apache-2.0
"""Every door that takes a file, given files that are something else: a no in its own words, nothing kept."""

from __future__ import annotations

import html
import io
import re
import zipfile
from functools import cache
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Problem, catalogue
from nadzor.records.models import StoredFile
from nadzor.register.models import DeclaredReport, Paper
from nadzor.vigilance.models import AdverseEvent
from nadzor.workdays.calendar import ONE_DAY
from tests.event_files import HEAD
from tests.portal.maker_deeds import PDF, draft
from tests.portal.test_declared_pages import filled
from tests.portal.test_vigilance_attacks import BOMB, FILES

OWN: Final = "ai-001"


def book(sheet: bytes, *, name: str = "xl/worksheets/sheet1.xml", relations: bytes = b"<R/>") -> bytes:
    """A workbook with one part of the attacker's."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", sheet)
        archive.writestr("xl/_rels/workbook.xml.rels", relations)
        archive.writestr(name, sheet)
    return held.getvalue()


@cache
def books() -> dict[str, bytes]:
    """Workbooks that are none; made once, and not before they are needed."""
    return {
        "entities in a sheet": book(BOMB),
        "a sheet of blanks": book(b"<a>" + b" " * 4_000_000 + b"</a>"),
        "half a million elements": book(b"<a>" + b"<b/>" * 450_000 + b"</a>"),
        "a part outside of the archive": book(b"<a/>", name="../../../../tmp/nadzor-slipped"),
        "a part of the disk": book(b"<a/>", relations=b'<R><r Id="x" Target="/../../etc/passwd"/></R>'),
        "an external entity": book(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    }


#: Texts are tried as a table, as data and as a paper; a workbook under its own ending.
ENDINGS: Final = (("csv", "json", "pdf"), ("xlsx",))
#: Who comes to which door, under which name the form takes its file, and whose words its refusals are.
DOORS: Final = {
    "declared month": ("manufacturer_admin", "file", "declared."),
    "receipt": (None, "file", ""),
    "events": ("inspector", "events-file", "ae-file."),
    "paper of a dossier": ("manufacturer_admin", "paper-file", "file."),
}
NO_RECEIPT: Final = (
    "The receipt does not hold",
    "No receipt is larger than 64 KiB.",
    "The submitted file is empty",
)


@pytest.mark.parametrize("door", DOORS)
def test_no_door_takes_a_file_that_is_something_else(client_of, house, door):
    """Bombs, archives in archives, entities, paths: the door's own refusal, no table and no folder grows."""
    role, field, words = DOORS[door]
    client = client_of(role, "en")
    address, more = _address(door, client)
    before = _kept()
    unsaid = {}
    for name, content in (FILES | books()).items():
        for ending in ENDINGS[name in books()]:
            file = SimpleUploadedFile(f"../{name}.{ending}", content)
            answer = client.post(address, {field: file, **more})
            if not _refused(answer, words):
                unsaid[name, ending] = answer.status_code
    assert unsaid == {}
    assert _kept() == before
    assert list(house.root.rglob("*slipped*")) == []


@pytest.mark.parametrize("door", DOORS)
def test_the_honest_twin_of_each_file_is_taken(client_of, house, door):
    """What the door is there for goes through it under the same field: the refusals above were its own."""
    role, field, _words = DOORS[door]
    client = client_of(role, "en")
    address, more = _address(door, client)
    before = _kept()
    answer = client.post(address, {field: _honest(door, client_of), **more})
    assert answer.status_code in (200, 302)
    assert _kept() != before or "The receipt is genuine" in answer.content.decode()


def _refused(answer: Any, words: str) -> bool:
    page = html.unescape(answer.content.decode())
    if "Traceback" in page or "root:" in page:
        return False
    if not words:
        return answer.status_code in (200, 422) and any(said in page for said in NO_RECEIPT)
    own = [one for code, one in catalogue().items() if code.startswith((words, "file."))]
    return any(_plain(one) in page and answer.status_code == one.status for one in own)


def _plain(one: Problem) -> str:
    """The longest part of a problem's title that holds no figure of the case."""
    return max(re.split(r"\{\w+\}", one.title.en), key=len)


def _address(door: str, client: Client) -> tuple[str, dict[str, str]]:
    month = Month.of(clock.today().replace(day=1) - ONE_DAY)
    match door:
        case "declared month":
            return f"/devices/{OWN}/declared/{month}/send", {}
        case "receipt":
            return "/receipt/", {}
        case "events":
            return "/events/import/", {}
    return f"/filings/{draft(client)}/papers/", {"paper-kind": "risk_file"}


def _honest(door: str, client_of: Any) -> Any:
    match door:
        case "declared month":
            return filled(Month.of(clock.today().replace(day=1) - ONE_DAY))
        case "receipt":
            body = client_of("inspector").get("/journal/1/receipt.json").content
            return SimpleUploadedFile("receipt.json", body)
        case "events":
            day = clock.today()
            row = f'R-1,{OWN},{day},{day},{day},M,A090803;F13,"a nodule was missed"'
            return SimpleUploadedFile("events.csv", f"{HEAD}\n{row}\n".encode())
    return SimpleUploadedFile("risk.pdf", PDF, content_type="application/pdf")


def _kept() -> tuple[int, ...]:
    return tuple(table.objects.count() for table in (StoredFile, DeclaredReport, AdverseEvent, Paper))
