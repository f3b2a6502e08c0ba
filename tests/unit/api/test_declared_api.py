# SPDX-License-Identifier: Apache-2.0
"""A declared month over HTTP: sent once, answered by its digest, read by those who may."""

from __future__ import annotations

import base64
import hashlib

import pytest

from nadzor.actions.import_register import import_register
from nadzor.people.queries import CONSOLE
from nadzor.register.models import DeclaredReport
from tests.filing_samples import HEAD, INSPECTOR, MAKER_ADMIN, REPORTER, RIVAL
from tests.register_samples import CLINIC_OID, NOW, device, foreign_device, register
from tests.unit.api.callers import API, calling, code_of, post

pytestmark = pytest.mark.django_db
SENT = "devices/ai-901/declared/2026-10"
PATH = f"{API}/{SENT}"


@pytest.fixture(autouse=True)
def _filled(home, settings):
    settings.HOME = home
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


def body_of(studies=90, *, form="csv", oid=CLINIC_OID):
    """A month of one line, as the API hears it, and its file."""
    text = f"device;month;version;organisation;attempts;studies\nai-901;2026-10;1.0;{oid};100;{studies}\n"
    return {"format": form, "content": base64.b64encode(text.encode()).decode()}, text.encode()


def test_a_file_is_answered_by_its_digest(home):
    """What is kept is what was sent; asked again, the month tells it, and the clinic by its pseudonym."""
    said, file = body_of()
    answer = post(calling(REPORTER), SENT, said)
    assert answer.status_code == 201
    assert answer.json()["digest"] == hashlib.sha256(file).hexdigest()
    assert answer["Location"] == PATH
    month = calling(INSPECTOR).get(PATH).json()
    assert [one["stands"] for one in month["files"]] == [True]
    assert (month["rows"][0]["studies"], month["beside"]) == (90, None)
    assert CLINIC_OID not in str(month)


def test_wrong_cells_are_told_as_problems():
    """All of them, by line and column, in both languages."""
    answer = post(calling(MAKER_ADMIN), SENT, body_of("x", oid="77")[0])
    assert code_of(answer) == (422, "declared.rows")
    assert [(one["line"], one["column"], one["code"]) for one in answer.json()["problems"]] == [
        (2, "organisation", "declared.oid"),
        (2, "studies", "declared.count"),
    ]


def test_only_those_who_may_send_and_read():
    """A rival is told no, the regulator reads and does not declare."""
    said, _ = body_of()
    assert calling(RIVAL).get(PATH).status_code == 403
    assert post(calling(RIVAL), SENT, said).status_code == 403
    assert post(calling(HEAD), SENT, said).status_code == 403
    assert calling(None).get(PATH).status_code == 401
    assert DeclaredReport.objects.count() == 0


def test_the_template_and_what_is_no_month():
    """Headings in the caller's language; another format, another month, another device."""
    maker = calling(MAKER_ADMIN)
    answer = maker.get(f"{PATH}/template.csv", headers={"accept-language": "en"})
    assert answer.content.decode("utf-8-sig").startswith("Device code;Month;Version")
    assert maker.get(f"{PATH}/template.pdf").status_code == 415
    assert code_of(maker.get(f"{API}/devices/ai-901/declared/october")) == (404, "declared.month-form")
    assert maker.get(f"{API}/devices/ai-000/declared/2026-10").status_code == 404
