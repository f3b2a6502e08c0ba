# SPDX-License-Identifier: Apache-2.0
"""The accelerated route, walked in the browser by maker, expert, Moscow centre, registrar and head."""

from __future__ import annotations

from typing import Final

import pytest

from tests.browser import wizard
from tests.browser.walks import MAKER

pytestmark = pytest.mark.browser

ACCELERATED: Final = "registration_accelerated"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_paper_set_is_corrected_and_entered(walk, tmp_path, language):
    """Sent, registered by the expert, corrected and sent again; the centre records; the head registers."""
    here, name = walk(language), f"Ускоренно {language}"
    wizard.begin(here, name, accelerated=True)
    wizard.fill(here, accelerated=True)
    assert wizard.hand_in(here) == "awaiting_paper"
    assert here.does("expert", "register_paper") == "expertise"
    _trial(here)
    assert here.does("expert", "conclude_negative", expertise_ground=["c"]) == "correcting"
    wizard.cure(here, tmp_path)
    assert wizard.hand_in(here, "resubmit") == "awaiting_paper"
    here.walk("expert register_paper", "expert conclude_positive")
    assert here.state() == "forwarded"
    assert here.does("registrar", "receive_positive") == "verifying"
    assert here.does("head", "register") == "registered"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_was_not_corrected_in_time_is_closed_by_a_person(walk, play, language):
    """No consequence is stated for a missed T-10: the head closes, a court sends it back, a refusal."""
    product = {"ru": f"Не исправлено {language}", "en": f"Uncorrected {language}"}
    late = ["80 submit", "79 register_paper", "60 conclude_negative"]
    here = walk(language).take(
        ACCELERATED, play(procedure=ACCELERATED, maker="own", product=product, steps=late)
    )
    assert here.verb("resubmit") not in here.offered(MAKER)
    assert here.does("head", "close_uncorrected") == "closed_uncorrected"
    assert here.does("head", "court_reversal") == "awaiting_paper"
    here.walk("expert register_paper", "expert conclude_positive", "registrar receive_positive")
    assert here.does("head", "refuse", norm_cite="route.accelerated_scope") == "refused"
    page, old = here.card(MAKER), here.number
    here.send(here.opened(page, "file_anew"), "file_anew")
    assert here.take(ACCELERATED, page.url.rstrip("/").rpartition("/")[2]).state() == "draft"
    assert page.get_by_role("link", name=old, exact=True).count() >= 1
    here.quiet()


def _trial(here):
    """The Moscow centre finds the filing on its desk and records the trial; it makes no move."""
    seen = here.at("moscow_centre")
    page = seen.go("/desk/")
    item = page.locator("#record .pile-item").filter(has_text=here.number).first
    with page.expect_navigation():
        item.get_by_role("link", name=here.ui("Record the clinical trial")).first.click()
    assert page.locator("#moves").count() == 0
    form = page.locator("#do-evidence")
    form.locator("summary").click()
    form.get_by_label(here.ui("Number of the document")).fill("К-17")
    form.get_by_label(here.ui("Day of the document")).fill("2026-11-10")
    form.get_by_label(here.ui("Conclusion"), exact=True).select_option("positive")
    with page.expect_navigation():
        form.get_by_role("button", name=here.ui("Record"), exact=True).click()
    assert "К-17" in page.locator("#evidence").inner_text()
    assert "К-17" in here.card("head").locator("#evidence").inner_text()
