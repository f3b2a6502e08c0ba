# SPDX-License-Identifier: Apache-2.0
"""The page of a declared month: template, upload, every wrong line at once, the comparison, who may."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nadzor.actions.declare_month import columns_of
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.register.models import DeclaredReport
from nadzor.workdays.calendar import ONE_DAY
from tests.register_samples import CLINIC_OID

MINE, FOREIGN = "ai-001", "ai-003"


@pytest.fixture
def month():
    """The last month that is over."""
    return Month.of(clock.today().replace(day=1) - ONE_DAY)


def address(month, what="", code=MINE):
    """The page of a month, or what stands under it."""
    return f"/devices/{code}/declared/{month}/{what}"


def filled(month, **cells):
    """The XLSX template with one line filled in."""
    keys = [column.key for column in columns_of(MINE, month)]
    told = {"device": MINE, "month": str(month), "version": "1.0", "organisation": CLINIC_OID}
    told |= {"attempts": 10, "studies": 10} | cells
    book = openpyxl.Workbook()
    book.active.append(keys)
    book.active.append([told.get(key) for key in keys])
    page = BytesIO()
    book.save(page)
    return SimpleUploadedFile("october.xlsx", page.getvalue())


@pytest.mark.parametrize("language, words", [("ru", "Заявить месяц"), ("en", "Declare the month")])
def test_the_maker_sends_a_month_and_sees_it_beside_events(client_of, month, language, words):
    """Form and templates before, both numbers and the file's digest afterwards."""
    maker = client_of("manufacturer_admin", language)
    page = maker.get(address(month)).content.decode()
    assert words in page and address(month, "template.xlsx") in page
    assert maker.post(address(month, "send"), {"file": filled(month)}).status_code == 302
    kept = DeclaredReport.objects.get()
    shown = maker.get(address(month)).content.decode()
    assert kept.digest in shown and kept.rows[0]["site"] not in shown
    months = maker.get(f"/devices/{MINE}/months/").content.decode()
    assert address(month) in months


def test_every_wrong_line_stands_on_the_page(client_of, month):
    """Line, column and reason; the file is not taken, and its values are not repeated."""
    maker = client_of("manufacturer_admin", "en")
    answer = maker.post(address(month, "send"), {"file": filled(month, version="<b>x", studies="=1+1")})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The file has 2 errors" in page and "The cell holds a formula" in page
    assert "&lt;b&gt;x" not in page and "<b>x" not in page
    assert DeclaredReport.objects.count() == 0
    assert maker.post(address(month, "send")).status_code == 422
    large = SimpleUploadedFile("large.csv", bytes(2 * 1024 * 1024 + 1))
    assert maker.post(address(month, "send"), {"file": large}).status_code == 413


def test_others_see_and_do_what_is_theirs(client_of, month):
    """An inspector reads and is offered no form; another maker finds no such device; the public signs in."""
    inspector = client_of("inspector", "en")
    assert "Declare the month" not in inspector.get(address(month)).content.decode()
    assert inspector.post(address(month, "send"), {"file": filled(month)}).status_code == 404
    maker = client_of("manufacturer_admin")
    assert maker.get(address(month, code=FOREIGN)).status_code == 404
    assert maker.post(address(month, "send", FOREIGN), {"file": filled(month)}).status_code == 404
    assert maker.get(address(month, "template.csv", FOREIGN)).status_code == 404
    assert client_of().get(address(month)).status_code == 302
    assert client_of().post(address(month, "send"), {"file": filled(month)})["Location"] == "/login/?next=/"
    assert DeclaredReport.objects.count() == 0


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_the_template_is_downloaded(client_of, month, kind):
    """Under a name of its device and month; another format is refused."""
    maker = client_of("manufacturer_admin", "en")
    answer = maker.get(address(month, f"template.{kind}"))
    assert f"{MINE}-{month}-declared.{kind}" in answer["Content-Disposition"]
    assert maker.get(address(month, "template.pdf")).status_code == 415


def test_a_month_that_runs_is_not_declared(client_of):
    """The page says so and offers no form; sending all the same is refused."""
    maker, running = client_of("manufacturer_admin", "en"), Month.of(clock.today())
    assert "still runs" in maker.get(address(running)).content.decode()
    assert maker.post(address(running, "send"), {"file": filled(running)}).status_code == 409
