# SPDX-License-Identifier: Apache-2.0
"""The transmission gate, walked in the browser as far as people carry it; the house notes the rest."""

from __future__ import annotations

import pytest

from nadzor.procedures.words import words
from tests.browser.walks import MAKER, REPORTER

pytestmark = pytest.mark.browser

ENTERED = [
    "40 submit", "38 find_complete", "37 start", "36 send_task", "30 conclude_positive", "28 register",
]  # fmt: skip
STATES = words()["transmission"].states


@pytest.mark.parametrize("language", ["ru", "en"])
def test_declared_granted_revoked_granted_again_and_ended(walk, play, language):
    """The maker declares, the registrar opens the sandbox; a test without a stream says what to do."""
    product = {"ru": f"Передача {language}", "en": f"Transmission {language}"}
    number = play(procedure="registration_simplified", maker="own", product=product, steps=ENTERED)
    here = walk(language).take("transmission", number)
    code = f"ai-{number}"
    _presses(here, MAKER, code, "Declare automatic transmission")
    assert _state(here, MAKER, code) == "declared"
    page = _presses(here, "registrar", code, "Grant access to the sandbox")
    assert page.locator(".alert-good code").first.inner_text().strip()
    assert _state(here, "registrar", code) == "access_granted"
    page = _presses(here, MAKER, code, "Run the conformance test")
    assert page.locator("#main [role=alert]").is_visible() and page.locator("#path").is_visible()
    assert _state(here, MAKER, code) == "access_granted"
    _presses(here, "registrar", code, "Revoke access", because="Ключ стенда утерян.")
    assert _state(here, "registrar", code) == "declared"
    _presses(here, "registrar", code, "Grant access to the sandbox")
    _presses(here, "registrar", code, "End the gate", because="Изделие больше не выпускается.")
    assert _state(here, MAKER, code) == "ended"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_the_house_noted_is_read_by_everybody_it_concerns(walk, language):
    """A device whose evidence stands: path, certificate, months and every deed, for all readers."""
    here = walk(language)
    for role in (MAKER, REPORTER, "registrar", "head", "inspector", "auditor"):
        page = here.at(role).go("/devices/ai-001/transmission/")
        assert page.locator("#path li").count() == 6
        assert page.locator("#certificate a[href$='.txt']").count() == 1
        assert page.locator("#moves li").count() >= 4
        assert (page.locator("#next form").count() > 0) is (role in (MAKER, "registrar"))
    assert here.at("public").go("/devices/ai-001/transmission/").url.count("/login/") == 1
    here.quiet()


def _presses(here, role, code, msgid, *, because=""):
    """Press a button of the gate, with grounds where they are asked for."""
    page, name = here.at(role).go(f"/devices/{code}/transmission/"), here.ui(msgid)
    if because:
        page.locator("summary", has_text=name).click()
        form = page.locator("details[open]")
        form.get_by_label(here.ui("Grounds"), exact=True).fill(because)
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()
    return page


def _state(here, role, code):
    """Where the gate stands, by its mark."""
    page = here.at(role).go(f"/devices/{code}/transmission/")
    shown = page.locator(".page-head .state").last.inner_text().strip()
    return next(key for key, text in STATES.items() if here.said(text).lower() == shown.lower())
