# SPDX-License-Identifier: Apache-2.0
"""A clinic reports a problem in a browser: by keys alone, after a mistake, for practice; and hears of it."""

from __future__ import annotations

import time
from typing import Any, Final

import pytest

from tests.browser.event_forms import BECAUSE, STORY, days_ago, number_in, own_system, reports, sends, tells
from tests.browser.walks import MAKER

pytestmark = pytest.mark.browser

KEY_S: Final = 0.28  # one keystroke of somebody who types now and then
THINK_S: Final = 1.35  # to make up one's mind before each answer
FIELDS: Final = 8
PAGES: Final = 3
KEYS: Final = 150
WALK_S: Final = 60.0
THREE_MINUTES_S: Final = 180.0


class Fingers:
    """Somebody without a mouse; every key is counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.keys, self.answers, self.pages = page, 0, 0, 0
        page.on("load", self._loaded)

    def press(self, key: str) -> None:
        """Press one key."""
        self.page.keyboard.press(key)
        self.keys += 1

    def skips(self) -> None:
        """Pass the menu by the link that stands before it."""
        self.press("Tab")
        self.press("Enter")

    def reach(self, selector: str) -> None:
        """Go on by Tab until something has the focus."""
        while not self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            self.press("Tab")
            assert self.keys < KEYS, selector

    def chooses(self, name: str, value: str) -> None:
        """Choose among radio buttons or boxes: there by Tab, on by the arrow where only one can be had."""
        self.answers += 1
        self.reach(f"input[name={name}]")
        wanted = f"input[name={name}][value='{value}']"
        while not self.page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            is_radio = self.page.evaluate("() => document.activeElement.type === 'radio'")
            self.press("ArrowDown" if is_radio else "Tab")
        if not self.page.locator(wanted).is_checked():
            self.press("Space")

    def types(self, selector: str, text: str, *, keys: int) -> None:
        """Type into a field; a date is filled at once, because where its parts stand differs by system."""
        self.answers += 1
        self.reach(selector)
        self.page.fill(selector, text)
        self.keys += keys

    def enters(self, selector: str) -> None:
        """Press a button or a link and be on the next page."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.press("Enter")

    def _loaded(self, _page: Any) -> None:
        self.pages += 1


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_problem_is_reported_in_three_minutes_by_keys_alone(walk, language):
    """From the clinic's home to the number: five answers, three pages, no mouse, and time to spare.

    Method: keystroke-level model (Card, Moran, Newell 1980): keys at 0.28 s, a thought of 1.35 s an answer.
    """
    here = walk(language)
    page = here.at("clinic").go("/clinic/")
    system, story = own_system(page), here.said(STORY)
    hand, began = Fingers(page), time.monotonic()
    hand.skips()
    hand.enters("main a[href='/clinic/report/']")
    hand.skips()
    asked = page.locator("main form .asked").count()
    hand.chooses("system", system)
    hand.chooses("wrong", "missed")
    hand.types("#event_on", days_ago(3), keys=len("20112026"))
    hand.chooses("harm", "unknown")
    hand.types("#words", story, keys=len(story))
    hand.enters("main form button.button")
    hand.skips()
    hand.enters("button[value=send]")
    told = page.locator(".alert-good h2").inner_text()
    assert number_in(page) in told
    assert asked <= FIELDS and hand.answers == 5 and hand.pages <= PAGES
    assert time.monotonic() - began < WALK_S
    assert hand.keys * KEY_S + hand.answers * THINK_S < THREE_MINUTES_S / 2
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_mistake_is_told_and_nothing_typed_is_lost(walk, language):
    """The summary takes the focus, leads to the fields and loses nothing; checked answers may be changed."""
    here = walk(language)
    seen = here.at("clinic")
    system, story = own_system(seen.go("/clinic/")), here.said(STORY)
    page = seen.go("/clinic/report/")
    page.fill("#event_on", days_ago(-3))
    page.fill("#words", story)
    seen.follow("main form .button")
    faults = page.locator("#errors a")
    assert page.evaluate("() => document.activeElement.id") == "errors" and faults.count() == 3
    assert page.title().startswith(here.ui("Error"))
    for fault in faults.all():
        assert page.locator(fault.get_attribute("href")).count() == 1
    assert page.locator("#words").input_value() == story
    tells(page, harm="none", words=story, system=system)
    seen.follow("main form .button")
    assert story in page.locator("main .facts").inner_text()
    seen.follow("button[value=change]")
    assert page.locator("#event_on").input_value() == days_ago(3)
    assert page.locator("input[name=harm][value=none]").is_checked()
    seen.complaints.clear()  # the browser reports the refusal's status
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_practice_files_nothing(walk, language):
    """The same form with a mark on every page; at the end what would happen, and not one report more."""
    here = walk(language)
    seen = here.at("clinic")
    before = _listed(seen)
    system = own_system(seen.go("/clinic/"))
    page = seen.go("/clinic/report/")
    seen.follow("main a[href*='practice=1']")
    marks = [page.locator(".tryout").count()]
    tells(page, harm="death", words=here.said(STORY), system=system)
    seen.follow("main form .button")
    marks.append(page.locator(".tryout").count())
    seen.follow("button[value=send]")
    marks.append(page.locator(".tryout").count())
    assert all(marks) and here.ui("What would happen now") in page.locator("h1").inner_text()
    assert _listed(seen) == before
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_clinic_hears_what_became_and_adds_to_it(walk, language):
    """The maker's clock stands on the clinic's page, later its report; an addition reaches the desk."""
    here = walk(language)
    clinic, story = here.at("clinic"), here.said(STORY)
    number = reports(clinic, harm="unknown", words=story)
    assert clinic.page.locator("aside .due a.due-day").count() == 1
    sends(here.at(MAKER), number, "report", conclusion=here.said(BECAUSE))
    page = clinic.go("/clinic/events/")
    clinic.follow(f"main a[href='/clinic/events/{number}/']")
    assert page.locator("aside .moves li").count() == 3
    clinic.follow("#add .button")
    assert here.ui("Write what you want to add.") in page.locator("#errors").inner_text()
    clinic.complaints.clear()  # the browser reports the refusal's status
    page.fill("#words", here.said(BECAUSE))
    clinic.follow("#add .button")
    assert here.said(BECAUSE) in page.locator("main").inner_text()
    desk = here.at("inspector").go(f"/events/{number}/")
    assert here.said(BECAUSE) in desk.locator("#documents").inner_text()
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_death_warns_the_clinics_and_each_answers(walk, chore, language):
    """At once, without waiting for a case; the banner leads to the letter; the answer is asked for once."""
    here = walk(language)
    clinic = here.at("clinic")
    reports(clinic, harm="death", words=here.said(STORY))
    chore("warnings")
    page = clinic.go("/clinic/")
    clinic.follow("#warnings li:last-child a")
    assert page.locator("#answer input[type=radio]").count() >= 2
    page.locator("#answer input[type=radio]").first.check()
    clinic.follow("#answer button")
    assert page.locator("#answer input[type=radio]").count() == 0
    pdf = page.request.get(page.url.split("?")[0].rstrip("/") + ".pdf")
    assert pdf.ok and pdf.body().startswith(b"%PDF")
    here.quiet()


def _listed(seen: Any) -> int:
    """How many reports the clinic's list holds on its first page."""
    count: int = seen.go("/clinic/events/").locator(".event-list > li").count()
    return count
