# SPDX-License-Identifier: Apache-2.0
"""Every door that takes a file, given files that are something else: a clear no, and nothing is unpacked."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nadzor.records.models import StoredFile
from nadzor.register.models import DeclaredReport
from tests.portal.test_vigilance_attacks import BOMB, FILES


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


#: Texts are tried as a table and as data; a workbook under its own ending.
ENDINGS: Final = (("csv", "json"), ("xlsx",))
DOORS: Final = {
    "declared month": ("manufacturer_admin", "/devices/ai-001/declared/2026-10/send", "file"),
    "receipt": (None, "/receipt/", "receipt"),
    "events": ("inspector", "/events/import/", "events-file"),
}


@pytest.mark.parametrize("door", DOORS)
def test_no_door_takes_a_file_that_is_something_else(client_of, house, door):
    """Bombs, archives in archives, entities, paths: 4xx within the page, no table and no folder grows."""
    role, address, field = DOORS[door]
    client = client_of(role)
    before = (StoredFile.objects.count(), DeclaredReport.objects.count())
    wrong = {}
    for name, content in (FILES | books()).items():
        for ending in ENDINGS[name in books()]:
            answer = _sent(client, address, field, content, f"../{name}.{ending}")
            if (
                not (200 <= answer.status_code < 500)
                or b"Traceback" in answer.content
                or b"root:" in answer.content
            ):
                wrong[name, ending] = answer.status_code
    assert wrong == {}
    assert (StoredFile.objects.count(), DeclaredReport.objects.count()) == before
    assert list(house.root.rglob("*slipped*")) == []


def _sent(client: Any, address: str, field: str, content: bytes, name: str) -> Any:
    return client.post(address, {field: SimpleUploadedFile(name, content)})
