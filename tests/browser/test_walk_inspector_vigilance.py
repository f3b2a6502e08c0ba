# SPDX-License-Identifier: Apache-2.0
"""An inspector's day with events in a browser: alert, redaction, an import, duplicates, a case, an export."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest

from tests.browser.event_forms import (
    BECAUSE,
    DEVICE,
    NUMBER,
    PERSONAL,
    SITE,
    STORY,
    days_ago,
    makes_move,
    reports,
)
from tests.browser.walks import MAKER

pytestmark = pytest.mark.browser

FORMULA: Final = '=HYPERLINK("http://example.org","x")'
HEAD: Final = "report_id,device,event_date,aware_date,received_date,event_type,problem_codes,narrative"
UNKNOWN: Final = "A device of another make"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_from_the_morning_to_an_alert_that_is_acknowledged(walk, language):
    """A death stands first in the morning; read once, it is no alarm any more, in queue and duty alike."""
    here = walk(language)
    number = reports(here.at("clinic"), harm="death", words=here.said(STORY))
    desk = here.at("inspector")
    page = desk.go("/morning/")
    assert page.locator(f"#new a[href='/events/{number}/']").count() >= 1
    assert "Text(" not in page.locator("main").inner_text()
    desk.follow(f"#new li:first-child a[href='/events/{number}/']")
    desk.follow("form[action*='/alerts/'] button")
    assert page.locator("form[action*='/alerts/']").count() == 0
    for address in ("/events/", "/duty/"):
        assert desk.go(address).locator(f"#alerts a[href='/events/{number}/']").count() == 0
    desk.go("/morning/")
    desk.follow("#new form button")
    assert page.locator(f"#new a[href='/events/{number}/']").count() == 0
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_text_with_a_name_is_opened_blackened_and_released(walk, language):
    """Nobody reads it by accident or releases it as it is; the maker reads what was left."""
    here = walk(language)
    personal = here.said(PERSONAL)
    number = reports(here.at("clinic"), harm="unknown", words=personal)
    desk, maker = here.at("inspector"), here.at(MAKER)
    assert personal not in maker.go(f"/events/{number}/").content()
    page = desk.go(f"/events/{number}/")
    assert personal not in page.content()
    desk.follow("#documents a[href*='/texts/']")
    desk.follow("main form .button:not(.button-quiet)")
    assert personal in page.locator(".original").inner_text()
    desk.follow("main form .button:not(.button-quiet)")
    assert page.locator("#errors a").count() == 1
    desk.complaints.clear()  # the browser reports the refusal's status
    blackened = "▮▮▮ " + here.said(STORY)
    page.fill("#text", blackened)
    desk.follow("main form .button:not(.button-quiet)")
    shown = maker.go(f"/events/{number}/").locator("#documents").inner_text()
    assert blackened in shown and personal not in shown
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_file_is_taken_row_by_row_and_its_duplicates_are_judged(walk, chore, language, tmp_path):
    """Broken rows are named, good ones kept; two alike lie side by side; a device not known is linked."""
    here = walk(language)
    desk = here.at("inspector")
    page = desk.go("/events/import/")
    page.set_input_files("#events-file", _file(tmp_path, language))
    desk.follow("main form .button")
    faults = page.locator("main table").first.locator("tbody tr")
    assert faults.count() == 2 and page.locator("main [role=alert]").count() == 0
    chore("duplicates")
    pairs = desk.go("/events/pairs/").locator(".event-pair")
    assert pairs.count() >= 1
    for verdict in ("", here.said(BECAUSE)):
        pair = page.locator(".event-pair").first
        pair.locator("textarea").fill(verdict)
        with page.expect_navigation():
            pair.locator("button[value=same]").click()
        assert (page.locator("main [role=alert]").count() == 1) == (not verdict)
    desk.complaints.clear()  # the browser reports the refusal's status
    _links_the_unknown(here, language)
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_event_beside_its_telemetry_becomes_a_case(walk, language):
    """Rates with limits, the days around, ways to the rows; then a case whose first ground is the event."""
    here = walk(language)
    number = reports(here.at("clinic"), harm="unknown", words=here.said(STORY))
    desk = here.at("inspector")
    page = desk.go(f"/events/{number}/")
    assert page.locator("#similar tbody tr").count() >= 4 and SITE.search(page.locator("#core").inner_text())
    for way in page.locator("#similar .event-ways a").all():
        assert page.request.get(desk.town.address + way.get_attribute("href")).ok
    desk.follow("#case button")
    assert page.locator("main [role=alert]").count() == 1
    desk.complaints.clear()  # the browser reports the refusal's status
    page.fill("#case-because", here.said(BECAUSE))
    desk.follow("#case button")
    assert "/filings/" in page.url and number in page.locator("#desk").inner_text()
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_export_opens_as_a_sheet_and_computes_nothing(walk, language):
    """What fits the filters as XLSX: a text that begins like a formula stays a text."""
    here = walk(language)
    number = reports(here.at("clinic"), harm="unknown", words=FORMULA)
    desk = here.at("inspector")
    page = desk.go(f"/events/?device={DEVICE}")
    with page.expect_download() as download:
        page.click("#files button[value=xlsx]")
    book = openpyxl.load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert any(number in str(cell.value) for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)
    told = page.request.get(f"{desk.town.address}/events/export/?device={DEVICE}&as=csv").text()
    assert number in told and ",=HYPERLINK" not in told and not told.startswith("=")
    here.quiet()


def _file(folder: Path, language: str) -> Path:
    """Two rows alike, one of a device nobody knows, and two that are broken."""
    happened, came = days_ago(40), days_ago(20)
    alike = f"{DEVICE},{happened},{happened},{came},malfunction,A090803,missed a nodule of the right lung"
    rows = [
        HEAD,
        f"{language}-1,{alike}",
        f"{language}-2,{alike}",
        f"{language}-3,{UNKNOWN} {language},{happened},{happened},{came},malfunction,A090803,froze",
        f"{language}-4,{DEVICE},2026-13-41,{happened},{came},malfunction,A090803,a day that is none",
        f"{language}-5,{DEVICE},{happened},{happened},{came},explosion,A090803,a kind that is none",
    ]
    path = folder / "events.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _links_the_unknown(here: Any, language: str) -> None:
    """The row of an unknown device waits in the queue under the name it came with; a person links it."""
    desk = here.at("inspector")
    page = desk.go("/events/?state=received")
    row = page.locator(".event-list > li", has_text=f"{UNKNOWN} {language}").first
    found = NUMBER.search(row.inner_text())
    assert found is not None
    makes_move(desk, found[0], "link_device", here.said(BECAUSE), device_code=DEVICE)
    assert page.locator(f"#core a[href*='/{DEVICE}/']").count() == 1
