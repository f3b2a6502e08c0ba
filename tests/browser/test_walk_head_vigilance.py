# SPDX-License-Identifier: Apache-2.0
"""The head of oversight in a browser: overview, duty, a maker's notice made public, a complaint decided."""

from __future__ import annotations

from typing import Final

import pytest

from tests.browser.event_forms import BECAUSE, CONCLUSION, STORY, days_ago, reports, sends
from tests.browser.test_walk_cases import ENTERED
from tests.browser.walks import MAKER

pytestmark = pytest.mark.browser

DUTY: Final = {"ru": -5, "en": -6}  # days ahead


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_head_sees_the_market_and_says_who_is_on_duty(walk, language):
    """Three questions with figures that lead on; a day of the roster is set, and a rubbish day is refused."""
    here = walk(language)
    head = here.at("head")
    page = head.go("/head/")
    assert page.locator("#market a, #concern a, #load a").count() >= 5
    for way in page.locator("#concern tbody a").all()[:3]:
        assert page.request.get(head.town.address + way.get_attribute("href")).ok
    page = head.go("/duty/")
    head.follow("main form[action$='/set/'] .button")
    assert page.locator("#errors a").count() >= 1
    head.complaints.clear()  # the browser reports the refusal's status
    page.fill("#day", days_ago(DUTY[language]))
    page.select_option("#who", index=1)
    chosen = page.locator("#who option:checked").inner_text()
    head.follow("main form[action$='/set/'] .button")
    assert chosen.strip() in page.locator("main table").inner_text()
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_makers_notice_is_made_public_and_everybody_reads_it(walk, language):
    """The maker files, the head looks and adds the other language, the public reads it in the list."""
    here = walk(language)
    number = reports(here.at("clinic"), harm="unknown", words=here.said(STORY))
    text = here.said(CONCLUSION)
    sends(here.at(MAKER), number, "report", conclusion=text)
    sends(here.at(MAKER), number, "safety_notice", problem=text, advice=f"{text} {number}")
    head = here.at("head")
    page = head.go("/notices/review/")
    waiting = page.locator("section", has_text=number).last
    for field in waiting.locator("textarea, input[type=text]").all():
        if not field.input_value():
            field.fill(f"{text} {number}")
    with page.expect_navigation():
        waiting.locator("form .button").click()
    assert page.locator("main [role=alert]").count() == 0
    public = here.at("public")
    listed = public.go("/notices/")
    with listed.expect_navigation():
        listed.locator("main a[href^='/notices/']:not([href$='.atom'])").first.click()
    shown = listed.locator("main").inner_text()
    assert f"{text} {number}" in shown
    paper = listed.request.get(listed.url.rstrip("/") + ".pdf")
    assert paper.ok and paper.body().startswith(b"%PDF")
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_complaint_waits_on_the_heads_desk_and_is_decided(walk, play, language):
    """While it waits the case says so; rejected or upheld with grounds, it waits no more."""
    here = walk(language)
    product = {"ru": f"Жалоба {language}", "en": f"Complaint {language}"}
    code = f"ai-{play(procedure='registration_simplified', maker='own', product=product, steps=ENTERED)}"
    steps = ["30 open_matter", "29 confirm_deviation", "28 inquire", "27 answer", "7 suspend", "6 complain"]
    here.take("case", play(procedure="case", maker="own", device=code, steps=steps))
    head = here.at("head")
    page = head.go("/decisions/")
    assert page.locator(f"a[href*='/filings/{here.number}/']").count() >= 1
    assert here.card("head").locator("#desk .alert-warn").count() >= 1
    verb = {"ru": "uphold_complaint", "en": "reject_complaint"}[language]
    assert here.does("registrar", verb, because=here.said(BECAUSE)) in ("weighing", "suspended")
    assert here.ui("A complaint waits for the head: the case does not end before it is decided.") not in (
        here.card("head").locator("#desk").inner_text()
    )
    here.quiet()
