# SPDX-License-Identifier: Apache-2.0
"""A maker answers for its device in a browser: events, a case, the yearly report, a dispute."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest

from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Text
from nadzor.workdays.calendar import ONE_DAY
from tests.browser.event_forms import BECAUSE, CONCLUSION, DEVICE, SITE, STORY, makes_move, reports, sends
from tests.browser.test_walk_cases import _open as open_case
from tests.browser.walks import MAKER, Walk
from tests.town import CLINIC_OID

pytestmark = pytest.mark.browser

HELD: Final = "ai-002"  # a device of the town whose failures gave signals
QUESTION: Final = Text(ru="На каких снимках это было?", en="On which images was it?")
LOOKED_FOR: Final = Text(ru="программы", en="software")
#: A year that is over, of a device of one's own: each language signs its own.
YEARLY: Final = {"ru": "/monitoring/ai-001/2025/", "en": "/monitoring/ai-002/2025/"}
DISPUTED: Final = {"ru": 1, "en": 2}  # months back from the running one


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_report_is_filed_within_its_clock_and_all_that_follows(walk, language):
    """From the account by its last day: codes ticked, filed, asked, answered, acted, warned."""
    here = walk(language)
    number = reports(here.at("clinic"), harm="unknown", words=here.said(STORY))
    maker = here.at(MAKER)
    page = maker.go("/account/")
    assert page.locator(f"#tasks a[href='/events/{number}/']").count() == 1
    maker.follow(f"#tasks a[href='/events/{number}/']")
    assert page.locator("#next-due a.due-day").count() == 1
    assert not SITE.search(page.locator("main").inner_text())
    _files_the_report(here, number)
    assert page.locator("#next-due").count() == 0
    desk = here.at("inspector")
    makes_move(desk, number, "ask", here.said(BECAUSE), question=here.said(QUESTION))
    assert here.said(QUESTION) in maker.go(f"/events/{number}/").locator("main").inner_text()
    for kind, typed in _documents(here).items():
        sends(maker, number, kind, **typed)
    assert page.locator("#documents .event-paper").count() == 6
    paper = page.request.get(maker.town.address + f"/events/{number}/event.pdf")
    assert paper.ok and paper.body().startswith(b"%PDF")
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_is_held_against_a_maker_can_be_seen_reckoned_and_answered(walk, language):
    """The inquiry brings the pack; its own figures give the same; an answer moves the case on."""
    here = walk(language)
    _inquired(here)
    maker = here.at(MAKER)
    page = here.card(MAKER)
    maker.follow("#desk a[href*='/packs/']")
    with page.expect_download() as download:
        page.click("a[href$='.json']")
    pack = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert SITE.search(json.dumps(pack)) is None
    _reckons(here, pack)
    assert here.does(MAKER, "answer") == "weighing"
    assert here.does("head", "leave_in_use") == "left_in_use"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_yearly_report_goes_from_the_data_to_its_receipt(walk, language):
    """Drafted by the data, written by people, made ready, signed by its hash, filed; a receipt remains."""
    here = walk(language)
    maker = here.at(MAKER)
    page = maker.go(YEARLY[language])
    for verb in ("draft", "make_ready", "sign", "file_report"):
        if verb == "make_ready":
            for text in page.locator("#words textarea").all():
                text.fill(here.said(BECAUSE))
            maker.follow("#words form button")
        form = page.locator(f"#do-{verb}")
        form.locator("summary").click()
        signed = form.locator(".hash").all_inner_texts()
        maker.follow(f"#do-{verb} button")
        assert not signed or len(signed[0]) == 64
    receipt = page.locator("#receipts").inner_text()
    assert re.search(r"MR-2025-ai-00\d-1", receipt) and re.search(r"\b[0-9a-f]{64}\b", receipt)
    for way in page.locator("#receipts a[download]").all():
        assert page.request.get(maker.town.address + way.get_attribute("href")).ok
    desk = here.at("inspector").go(YEARLY[language])
    assert desk.locator("#moves details").count() >= 2
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_maker_disputes_what_the_platform_counted(walk, language, tmp_path):
    """Its own month is sent, both numbers stand side by side, a dispute is opened; an inspector ends it."""
    here = walk(language)
    month = _month_before(DISPUTED[language])
    maker = here.at(MAKER)
    page = maker.go(f"/devices/{DEVICE}/declared/{month}/")
    page.set_input_files("#file", _declared(page, maker, month, tmp_path))
    maker.follow("#send form button")
    maker.follow(f"a[href='/devices/{DEVICE}/declared/{month}/dispute/']")
    maker.follow("form[action$='/dispute/open'] button")
    dispute = page.url.removeprefix(maker.town.address)
    assert page.locator("#questions li").count() >= 1 and "nadzor" in page.locator("#commands").inner_text()
    desk = here.at("inspector")
    shown = desk.go(dispute)
    shown.locator("input[name=outcome]").first.check()
    shown.fill("#because", here.said(BECAUSE))
    with shown.expect_navigation():
        shown.locator("form[action$='/settle'] button").click()
    assert here.said(BECAUSE) in maker.go(dispute).locator("main").inner_text()
    here.quiet()


def _files_the_report(here: Walk, number: str) -> None:
    """By the form of the law: without a conclusion it comes back; a code is found by a word and ticked."""
    maker = here.at(MAKER)
    page = maker.page
    maker.follow("#documents a.button >> nth=0")
    maker.follow("main form .button:not(.button-quiet)")
    assert page.locator("#errors a").count() == 1
    maker.complaints.clear()  # the browser reports the refusal's status
    page.fill("#conclusion", here.said(CONCLUSION))
    page.fill("#causes-words", here.said(LOOKED_FOR).lower())
    maker.follow("#causes button[name=look-for-codes]")
    assert page.locator("#conclusion").input_value() == here.said(CONCLUSION)
    ticked = page.locator("#causes-found input[type=checkbox]:not([disabled])").first
    ticked.check()
    code = ticked.get_attribute("value")
    maker.follow("main form > p .button")
    assert code in page.locator("#codes").inner_text()


def _documents(here: Walk) -> dict[str, dict[str, str]]:
    text = here.said(CONCLUSION)
    return {
        "answer": {"narrative": text},
        "follow_up": {"narrative": text},
        "corrective_action": {"reason": text, "action": text, "versions_concerned": "2.0.1"},
        "safety_notice": {"problem": text, "advice": text, "versions_concerned": "2.0.1"},
    }


def _inquired(here: Walk) -> None:
    """A case from a signal of the maker's device, as the regulator opens and carries it."""
    desk = here.at("inspector")
    signal = _confirmed_signal(here)
    open_case(here, "inspector", HELD, "case")
    here.does("inspector", "open_matter")
    page = here.card("inspector")
    page.click("#do-ground summary")
    page.select_option("[name='ground.kind']", "signal")
    page.fill("[name='ground.ref']", signal)
    page.fill("[name='ground.because']", here.said(BECAUSE))
    desk.follow("#do-ground button")
    assert page.locator("#desk table").first.locator("tbody tr").count() == 1
    here.does("registrar", "confirm_deviation")
    here.does("inspector", "inquire")


def _confirmed_signal(here: Walk) -> str:
    """A signal that a person looked at and confirmed for a case: each language another one."""
    desk, head = here.at("inspector"), here.at("head")
    titles = desk.go(f"/signals/?device={HELD}").locator(".ledger .title").all()
    for address in [each.get_attribute("href") or "" for each in titles]:
        if desk.go(address).locator("button[value=take]").count():  # others may be at work on it
            desk.follow("button[value=take]")
        page = head.go(address)
        if page.locator("#move-confirm").count():
            break
    page.click("#move-confirm summary")
    page.select_option("#confirm-reason_code", "deviation_confirmed")
    page.fill("#confirm-because", here.said(BECAUSE))
    head.follow("#move-confirm button")
    return re.sub(r"\D", "", address)


def _reckons(here: Walk, pack: dict[str, Any]) -> None:
    """The first figure of the pack again, by the platform's own published code."""
    held = [each for ground in pack["grounds"] for each in ground.get("reproduced_by", ())]
    page = here.card(MAKER)
    page.click("#do-figures summary")
    page.locator("[name='recompute.calculation']").select_option(held[0]["calculation"])
    page.fill("[name='recompute.figures']", json.dumps(held[0]["given"]))
    page.fill("[name='recompute.because']", here.said(BECAUSE))
    here.at(MAKER).follow("#do-figures button")
    assert here.ui("Your figures give what the pack says.") in page.locator("main").inner_text()


def _month_before(n: int) -> Month:
    first = clock.today().replace(day=1)
    for _ in range(n):
        last = first - ONE_DAY
        first = last.replace(day=1)
    return Month.of(first)


def _declared(page: Any, maker: Any, month: Month, folder: Any) -> Any:
    """The maker's template with one line filled in, as a spreadsheet program saves it."""
    found = page.request.get(f"{maker.town.address}/devices/{DEVICE}/declared/{month}/template.xlsx")
    book = openpyxl.load_workbook(BytesIO(found.body()))
    for place, told in {"C2": "2.0.1", "D2": CLINIC_OID, "E2": 10, "F2": 10}.items():
        book.worksheets[0][place] = told
    path = folder / "month.xlsx"
    book.save(path)
    return path
