# SPDX-License-Identifier: Apache-2.0
"""Registration by the simplified route, walked in the browser by everybody it takes, in both languages."""

from __future__ import annotations

from typing import Final

import pytest

from tests.browser import wizard
from tests.browser.walks import MAKER, TYPED

pytestmark = pytest.mark.browser

SIMPLIFIED: Final = "registration_simplified"
TO_EXPERT: Final = ["12 submit", "10 find_complete", "9 start", "8 send_task"]
NEGATIVE: Final = [*TO_EXPERT, "7 conclude_negative"]


def product(name):
    """A product's name in both languages, of its own for each test."""
    return {"ru": f"{name} обход", "en": f"{name} walk"}


@pytest.fixture
def filed(play):
    """A registration of the town's own maker that has come so far."""

    def make(name, *steps, procedure=SIMPLIFIED):
        return play(procedure=procedure, maker="own", product=product(name), papers=True, steps=steps)

    return make


@pytest.mark.parametrize("language", ["ru", "en"])
def test_from_the_first_page_to_the_public_register(walk, tmp_path, language):
    """Drafted, found incomplete, cured, found complete, started, concluded, registered, read by all."""
    here, name = walk(language), f"Первый снимок {language}"
    wizard.begin(here, name)
    wizard.fill(here)
    wizard.upload(here, tmp_path)
    assert wizard.hand_in(here) == "checking"
    assert here.does("registrar", "find_incomplete") == "curing"
    _told(here, here.said(TYPED["defects"]).splitlines()[0])
    wizard.cure(here, tmp_path)
    assert wizard.hand_in(here, "cure") == "checking"
    here.walk("registrar find_complete", "registrar start", "registrar send_task")
    here.attach("expert", tmp_path, name="conclusion.pdf")
    assert here.does("expert", "conclude_positive") == "deciding"
    assert here.does("head", "register") == "registered"
    _in_the_register(here, name)
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_founded_objections_bring_a_revised_conclusion(walk, filed, language):
    """A negative conclusion, its notice, objections, a second look by the expert, and the entry after all."""
    here = walk(language).take(SIMPLIFIED, filed(f"Возражения {language}", *TO_EXPERT))
    assert here.does("expert", "conclude_negative", expertise_ground=["b", "c"]) == "notifying"
    assert here.does("registrar", "notify_negative") == "refusal_held"
    assert here.does(MAKER, "object") == "objecting"
    assert here.does("registrar", "uphold_objections") == "expertise"
    assert here.does("expert", "conclude_positive") == "deciding"
    assert here.does("head", "register") == "registered"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_unfounded_objections_are_rejected_and_the_maker_files_anew(walk, filed, language):
    """The refusal follows the objections; a new application holds everything of the old one and its link."""
    here = walk(language).take(SIMPLIFIED, filed(f"Отказ {language}", *NEGATIVE, "6 notify_negative"))
    assert here.does(MAKER, "object") == "objecting"
    assert here.does("head", "reject_objections") == "refused"
    page, old = here.card(MAKER), here.number
    here.send(here.opened(page, "file_anew"), "file_anew")
    here.take(SIMPLIFIED, page.url.rstrip("/").rpartition("/")[2])
    assert here.state() == "draft" and here.number != old
    assert page.get_by_role("link", name=old, exact=True).count() >= 1
    assert wizard.hand_in(here) == "checking"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_was_not_cured_in_time_is_returned_and_a_court_may_undo_it(walk, filed, language):
    """Nobody can return it early, and time alone does not; after the limit the registrar does."""
    here = walk(language).take(SIMPLIFIED, filed(f"Рано {language}", "9 submit", "7 find_incomplete"))
    assert here.verb("return_uncured") not in here.offered("registrar")
    assert here.seen_card().locator("#moves .move-barred", has_text=here.verb("return_uncured")).count() == 1
    here.take(SIMPLIFIED, filed(f"Возврат {language}", "40 submit", "37 find_incomplete"))
    assert here.verb("cure") not in here.offered(MAKER)
    assert here.does("registrar", "return_uncured") == "returned"
    assert here.does("head", "court_reversal") == "starting"
    assert here.does("head", "start") == "tasking"
    here.quiet()


@pytest.mark.parametrize(
    ("language", "steps", "by"),
    [("ru", ("40 notify_negative",), ""), ("en", ("6 notify_negative",), "waive_objections")],
)
def test_a_refusal_waits_for_objections_or_for_their_waiver(walk, play, language, steps, by):
    """The head refuses after the limit, or at once when the maker will not object; a court may reverse it."""
    shift = [f"{int(step.split()[0]) + 40} {step.split()[1]}" for step in NEGATIVE]
    number = play(
        procedure=SIMPLIFIED, maker="own", product=product(f"Ожидание {language}"), papers=True,
        steps=[*shift, *steps],
    )  # fmt: skip
    here = walk(language).take(SIMPLIFIED, number)
    if by:
        assert here.does(MAKER, by) == "deciding_refusal"
    assert here.does("head", "refuse") == "refused"
    assert here.does("head", "court_reversal") == "deciding"
    assert here.does("head", "refuse", norm_cite="expertise.grounds") == "refused"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_matter_stands_still_goes_on_and_is_withdrawn(walk, filed, language):
    """While it stands nobody decides; the clocks stand, too; then it goes on, and the maker gives it up."""
    here = walk(language).take(SIMPLIFIED, filed(f"Стоит {language}", "4 submit"))
    assert here.does("registrar", "stand_still") == "standing_still"
    assert here.ui("stands still") in here.card(MAKER).locator("#clocks").inner_text()
    assert here.does("head", "resume") == "checking"
    assert here.does(MAKER, "withdraw") == "withdrawn"
    assert here.offered("registrar") == []
    here.take(SIMPLIFIED, filed(f"Прекращено {language}", *TO_EXPERT, "5 stand_still"))
    assert here.does("head", "terminate") == "terminated"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_court_undoes_a_registration(walk, filed, language):
    """The decision is annulled, the entry cancelled, and the public register says so."""
    name = f"Суд {language}"
    here = walk(language).take(SIMPLIFIED, filed(name, *TO_EXPERT, "5 conclude_positive"))
    assert (
        here.does(
            "head",
            "register",
            also={here.ui("Registration number"): f"РЗН 2026/9{len(language)}7{ord(language[0])}"},
        )
        == "registered"
    )
    assert here.does("head", "court_reversal") == "annulled"
    page = here.at("public").go(f"/register/?q={product(name)[language]}")
    assert page.locator(".ledger > li").count() == 1
    here.quiet()


def _told(here, defect):
    """The maker finds the defects in the account and in the letter."""
    page = here.at(MAKER).go("/account/")
    assert page.locator(f"#tasks a[href*='/{here.number}/']").first.is_visible()
    page = here.card(MAKER)
    assert defect in page.locator("#way").inner_text()
    page.locator("#letters a").first.click()
    page.wait_for_url("**/letters/*/")
    assert page.locator("main").inner_text().count(here.number) >= 1


def _in_the_register(here, name):
    """Anybody finds the entry by its name, and reads its history."""
    page = here.at("public").go("/register/")
    page.locator("#q").fill(name)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with page.expect_navigation():
        page.locator(".ledger .title", has_text=name).click()
    assert name in page.locator("h1").inner_text()
    assert page.locator("a[href*='/history/']").count() >= 1
