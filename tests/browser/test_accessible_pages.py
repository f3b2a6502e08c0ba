# SPDX-License-Identifier: Apache-2.0
"""Every page in both languages, both themes and two widths: no fault of accessibility, policy or layout."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.browser.axe_look import faults as _faults

pytestmark = pytest.mark.browser

PUBLIC: Final = (
    "/login/",
    "/register/",
    "/register/ai-001/",
    "/register/ai-001/history/?valid_on=2026-01-01",
    "/receipt/",
    "/norms/",
    "/problems/",
    "/help/",
    "/procedures/",
    "/procedures/registration_accelerated/",
    "/qualify/",
    "/qualify/route/",
    "/law/class/",
    "/law/class/?device=yes&ai=no&information=I1&categories=B",
    "/law/duty/",
    "/law/duty/?act=registration&class=3",
    "/law/duty/?act=amendment_expertise&class=3",
    "/law/amendment/",
    "/law/amendment/?changes=version_numbering&changes=other&ai=yes&transmits=yes",
    "/notices/",
    "/codes/",
    "/codes/?q=missed",
    "/codes/A0908/",
    "/guide/",
    "/guide/clinic/",
    "/say/AAAAAAAAAA/",
    "/followed/nothing/",
    "/nope",
)
OPERATION: Final = (
    "/",
    "/signals/",
    "/signals/1/",
    "/signals/2/",
    "/signals/3/",
    "/devices/",
    "/devices/ai-001/",
    "/devices/ai-001/charts/",
    "/detectors/",
    "/detectors/failure_cusum/",
    "/detectors/budget/",
    "/devices/ai-001/versions/",
    "/devices/ai-001/rows/",
    "/devices/ai-001/months/",
    "/devices/ai-001/transmission/",
    "/months/",
    "/journal/",
    "/journal/1/",
    "/board/",
    "/calendar/",
    "/calendar/?view=list",
    "/authority/",
    "/norms/registration.version_amendment",
    "/problems/digest.mismatch",
    "/morning/",
    "/events/",
    "/events/new/",
    "/events/import/",
    "/events/pairs/",
    "/duty/",
    "/warnings/",
    "/notices/review/",
    "/monitoring/?show=all",
    "/monitoring/ai-001/2025/",
    "/monitoring/ai-001/plan/",
    "/forms/",
    "/forms/order-4472/every-field/",
    "/devices/ai-001/claims/",
    "/devices/ai-001/ethics/",
)
#: Pages of vigilance by role; {event} is one that a clinic reported, its text held back.
VIGILANCE: Final = {
    "clinic": (
        "/clinic/",
        "/clinic/report/",
        "/clinic/report/?practice=1",
        "/clinic/events/",
        "/clinic/events/{event}/",
        "/clinic/codes/",
        "/clinic/warnings/",
    ),
    "manufacturer_admin": (
        "/account/",
        "/events/{event}/",
        "/events/{event}/send/report/",
        "/events/{event}/send/follow_up/",
        "/events/{event}/send/corrective_action/",
        "/events/{event}/send/safety_notice/",
        "/events/{event}/forms/report/",
        "/devices/ai-001/ethics/",
    ),
    "inspector": ("/events/{event}/", "/events/{event}/texts/{text}/", "/filings/"),
    "head": ("/head/", "/duty/", "/notices/review/", "/decisions/"),
}
SMALLEST_TARGET: Final = """
    () => [...document.querySelectorAll('a, button, select, summary, input:not([type=hidden], .rail-toggle)')]
      .filter(e => e.offsetParent && !e.closest('p, .skip, main li:not(.ledger > li, .tabs li)'))
      .map(e => ({name: e.outerHTML.slice(0, 90), box: e.getBoundingClientRect()}))
      .filter(e => e.box.width > 0 && (e.box.height < 23.5 || e.box.width < 23.5)).map(e => e.name)
"""


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_page_breaks_a_rule_of_accessibility(visit, language):
    """Axe finds nothing on any page in either theme, and the console hears no breach of the policy."""
    inspector, public = visit(language=language), visit(language=language, signed_in=False)
    addresses = [(public, address) for address in PUBLIC]
    addresses += [(inspector, address) for address in (*OPERATION, _month(inspector))]
    found = {address: _faults(seen.go(address)) for seen, address in addresses}
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert inspector.complaints + public.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_nothing_is_cut_at_320_pixels(visit, language):
    """At the width of 400 % zoom no page scrolls sideways, and no figure is wider than the screen."""
    narrow = visit(language=language, width=320)
    wide = [address for address in (*PUBLIC, *OPERATION, _month(narrow)) if _overflow(narrow.go(address)) > 0]
    assert wide == []
    assert narrow.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_pages_of_an_event_break_no_rule(visit, an_event, language):
    """Form, list, card, papers and redaction by role: axe finds nothing; on a telephone nothing is cut."""
    text = _held(visit().go(f"/events/{an_event}/"))
    for role, pages in VIGILANCE.items():
        wide, narrow = visit(language=language, role=role), visit(language=language, role=role, width=360)
        for page in pages:
            address = page.format(event=an_event, text=text)
            assert (address, _faults(wide.go(address))) == (address, [])
            assert (address, max(0, _overflow(narrow.go(address)))) == (address, 0)
        assert wide.complaints + narrow.complaints == []


def test_text_twice_as_large_still_fits(visit):
    """At 200 % text size no page scrolls sideways."""
    seen = visit(width=1280)
    wide = []
    for address in (*PUBLIC, *OPERATION):
        seen.go(address)
        page = seen.drawn()
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide += [address] if _overflow(page) > 0 else []
    assert wide == []


def test_targets_are_large_enough(visit):
    """Whatever is pressed outside of running text is at least 24 by 24 pixels (WCAG 2.5.8)."""
    seen = visit()
    small = {address: seen.go(address).evaluate(SMALLEST_TARGET) for address in OPERATION}
    assert {address: names for address, names in small.items() if names} == {}


def test_the_menu_opens_on_a_telephone(visit):
    """Closed at first, opened by a key or a touch, and it leads on; no script is needed for it."""
    seen = visit(width=360, language="en")
    page = seen.go("/")
    assert not page.locator(".rail-menu").is_visible()
    page.focus(".rail-toggle")
    page.keyboard.press("Space")
    seen.follow(".rail-menu a[href='/devices/']")
    assert page.url.endswith("/devices/")


def test_paper_shows_the_evidence_and_not_the_frame(visit):
    """Printed, a signal has its evidence and the addresses it rests on, without rail and buttons."""
    page = visit().go("/signals/1/")
    page.emulate_media(media="print")
    assert not page.locator(".rail").is_visible()
    assert page.locator("#evidence").is_visible()
    after = page.locator("#way-back a").evaluate("link => getComputedStyle(link, '::after').content")
    assert "/devices/" in after


def test_the_theme_follows_the_system_until_chosen(visit):
    """With no choice made, a dark system gets a dark page and dark charts."""
    seen = visit(theme="auto", language="en")
    seen.page.emulate_media(color_scheme="dark")
    page = seen.go("/")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    seen.drawn()
    chart = page.locator("figure img").evaluate("image => image.currentSrc")
    seen.follow("button[value=light]")
    seen.drawn()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(15, 23, 26)" and light == "rgb(244, 245, 241)"
    assert "-dark-wide" in chart and "-light-wide" in page.locator("figure img").evaluate(
        "image => image.currentSrc"
    )


def _month(seen):
    page = seen.go("/devices/ai-001/months/").content()
    return re.findall(r'href="(/months/\d{4}-\d\d/ai-001/)"', page)[1]


def _held(page):
    """The number of the text of an event that is held back."""
    way = page.locator("#documents a[href*='/texts/']").first.get_attribute("href")
    return way.rstrip("/").rpartition("/")[2]


def _overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
