# SPDX-License-Identifier: Apache-2.0
"""Cases and cancellation, walked in the browser by regulator and maker, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.law.load import norm
from nadzor.procedures.words import words
from tests.browser.walks import MAKER, REPORTER

pytestmark = pytest.mark.browser

ENTERED = [
    "40 submit", "38 find_complete", "37 start", "36 send_task", "30 conclude_positive", "28 register",
]  # fmt: skip
GROUNDS = [item.key for item in norm("cancellation.grounds", date(2026, 11, 22)).items]


@pytest.fixture
def device(play):
    """A registered device of the town's own maker, new for each test."""

    def make(name):
        product = {"ru": f"{name} изделие", "en": f"{name} device"}
        return f"ai-{play(procedure='registration_simplified', maker='own', product=product, steps=ENTERED)}"

    return make


@pytest.mark.parametrize("language", ["ru", "en"])
def test_from_a_deviation_to_a_control_and_back_into_use(walk, play, device, language):
    """Asked, answered, suspended, complained of, controlled with consent, amended, in use again."""
    code, here = device(f"Отклонение {language}"), walk(language)
    _open(here, "inspector", code, "case")
    assert here.does("inspector", "open_matter") == "analysing"
    assert here.does("registrar", "confirm_deviation") == "deviation_confirmed"
    assert here.does("inspector", "inquire") == "inquiry"
    _reads_the_pack(here, REPORTER)
    assert here.does(REPORTER, "object") == "inquiry"
    assert here.does(REPORTER, "answer") == "weighing"
    assert here.does("head", "suspend", norm_cite="cancellation.suspension_first") == "suspended"
    assert _status(here, code) == here.ui("suspended")
    assert here.does(MAKER, "complain") == "suspended"
    assert here.does("registrar", "reject_complaint") == "suspended"
    assert here.does("head", "ask_consent") == "consent_asked"
    assert here.does("inspector", "note_consent") == "consented"
    assert here.does("head", "order_control") == "under_control"
    assert here.does("inspector", "record_control") == "outcome"
    assert here.does("head", "require_amendment") == "amendment_required"
    amendment = play(procedure="amendment_plain", maker="own", device=code, steps=["1 submit"])
    assert here.does("registrar", "note_amendment", amendment=amendment) == "outcome"
    assert here.does("head", "resume_use") == "resumed"
    assert _status(here, code) == here.ui("registered")
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_deviation_may_end_in_other_ways(walk, play, device, language):
    """Not confirmed; left in use; cured after a warning and a prescription; reversed; passed on."""
    code, here = device(f"Исходы {language}"), walk(language)

    def case(*steps):
        number = play(procedure="case", maker="own", device=code, steps=["30 open_matter", *steps])
        return here.take("case", number)

    asked = ("29 confirm_deviation", "28 inquire")
    answered = (*asked, "27 answer")
    case()
    assert here.does("head", "close_unconfirmed") == "unconfirmed"
    case("29 confirm_deviation")
    assert here.does("head", "leave_in_use") == "left_in_use"
    case(*asked).does("inspector", "go_on_without_answer")
    assert here.state() == "weighing"
    case(*answered).does("head", "issue_warning", norm_cite="cancellation.suspension_first")
    assert here.does("head", "prescribe", norm_cite="cancellation.suspension_first") == "prescribed"
    assert here.does("inspector", "accept_correction") == "correcting"
    assert here.does("registrar", "note_cured") == "cured"
    case(*answered, "7 suspend", "6 complain")
    assert here.does("registrar", "uphold_complaint") == "weighing"
    case(*answered, "7 suspend")
    assert here.does("head", "court_reversal") == "reversed"
    case(*answered, "7 suspend", "6 ask_consent").does("inspector", "note_consent_refused")
    assert here.does("head", "pass_to_cancellation", cancellation_ground=["threat"]) == (
        "passed_to_cancellation"
    )
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_maker_ends_its_own_registration_and_a_court_restores_it(walk, device, language):
    """The maker asks from its account and gives grounds; the head decides; the public register follows."""
    code, here = device(f"Прошение {language}"), walk(language)
    _request(here, code)
    assert here.does(MAKER, "request_cancellation") == "requested"
    assert here.does(MAKER, "withdraw") == "withdrawn"
    _request(here, code)
    here.does(MAKER, "request_cancellation")
    assert here.does("head", "cancel", norm_cite="cancellation.grounds") == "cancelled"
    assert _status(here, code) == here.ui("cancelled")
    assert here.does("head", "court_reversal") == "reinstated"
    assert _status(here, code) == here.ui("registered")
    here.quiet()


@pytest.mark.parametrize(("language", "by"), [("ru", "inspector"), ("en", "registrar")])
def test_a_case_is_opened_on_every_ground_there_is(walk, device, language, by):
    """Each ground of the law in force can be marked; the maker is heard; the head keeps or cancels."""
    code, here = device(f"Основания {language}"), walk(language)
    _open(here, by, code, "cancellation")
    assert here.does(by, "open_case", cancellation_ground=GROUNDS) == "opened"
    assert here.does(by, "ask_maker") == "maker_asked"
    assert here.does(MAKER, "answer") == "proposed"
    assert here.does("head", "keep") == "kept"
    _open(here, by, code, "cancellation")
    here.does(by, "open_case", cancellation_ground=["threat"])
    assert here.does(by, "propose") == "proposed"
    assert here.does("head", "cancel", cancellation_ground=["threat"]) == "cancelled"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_discrepancy_is_put_right_before_anything_is_cancelled(walk, play, device, language):
    """Notified, suspended, amended, found wanting, amended again, in use."""
    code, here = device(f"Несоответствие {language}"), walk(language)
    _open(here, "inspector", code, "cancellation")
    assert here.does("inspector", "open_discrepancy") == "discrepancy"
    assert here.does("registrar", "stand_still") == "standing_still"
    assert here.does("registrar", "resume") == "discrepancy"
    assert here.does("registrar", "notify_discrepancy") == "notified"
    assert here.does("head", "suspend") == "suspended"
    amendment = play(procedure="amendment_plain", maker="own", device=code, steps=["1 submit"])
    assert here.does("registrar", "note_amendment", amendment=amendment) == "amended"
    assert here.does("head", "find_amendment_wanting") == "suspended"
    assert here.does("registrar", "note_amendment", amendment=amendment) == "amended"
    assert here.does("head", "resume_use") == "kept"
    here.quiet()


def _open(here, role, code, procedure):
    """Open a case from the list of filings."""
    seen = here.at(role)
    page = seen.go("/filings/")
    with page.expect_navigation():
        page.get_by_role("link", name=here.ui("Open a case"), exact=True).click()
    page.get_by_label(here.said(words()[procedure].title), exact=True).check()
    page.get_by_label(here.ui("Which device?")).select_option(code)
    with page.expect_navigation():
        page.get_by_role("button", name=here.ui("Open the case"), exact=True).click()
    here.take(procedure, page.url.rstrip("/").rpartition("/")[2])


def _reads_the_pack(here, role):
    """The maker opens what it was given from the card of the case."""
    page = here.card(role)
    with page.expect_navigation():
        page.locator("#desk a[href*='/packs/']").first.click()
    assert page.locator("a[href$='.json']").count() == 1 and page.locator("a[href$='.pdf']").count() == 1


def _request(here, code):
    """Begin the request from the maker's account."""
    page = here.at(MAKER).go("/account/")
    with page.expect_navigation():
        page.get_by_role("link", name=here.ui("End a registration")).click()
    asked = page.locator("#cancellation")
    asked.get_by_label(here.ui("Which device?")).select_option(code)
    asked.get_by_label(here.ui("Why it is to end")).fill("Изделие больше не выпускается.")
    with page.expect_navigation():
        asked.get_by_role("button", name=here.ui("Begin the request")).click()
    here.take("cancellation", page.url.rstrip("/").rpartition("/")[2])


def _status(here, code):
    """What the public register says of the device."""
    return here.at("public").go(f"/register/{code}/").locator(".page-head .state").first.inner_text()
