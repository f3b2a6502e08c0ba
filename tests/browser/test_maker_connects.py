# SPDX-License-Identifier: Apache-2.0
"""A maker connects an installation in a real browser and sees what arrives, on a screen and a telephone."""

from __future__ import annotations

from typing import Final

import pytest

from tests.browser.test_maker_journey import OVERFLOW, faults

pytestmark = pytest.mark.browser

CONNECT: Final = "/devices/ai-001/connect/"
CLINIC: Final = "1.2.643.5.1.13.13.12.2.77.9100"


@pytest.mark.parametrize("language, width", [("ru", 1280), ("en", 360)])
def test_a_maker_invites_revokes_and_sees_what_arrives(visit, language, width):
    """Token shown once; a key revoked on grounds; the delivery page, its rejection, the batch behind it."""
    maker = visit(role="manufacturer_admin", language=language, width=width)
    page = maker.go(CONNECT)
    wrong = {"connect": faults(page)}
    page.click("#invite summary")
    page.fill("#clinic", "no number")
    maker.follow("#invite button.button")
    assert page.locator("#main [role=alert]").count() == 1
    page.fill("#clinic", CLINIC)
    maker.follow("#invite button.button")
    token = page.inner_text("#token")
    assert token.startswith("nz-") and token in page.inner_text("#given pre")
    wrong["given"] = faults(page)
    assert token not in maker.go(CONNECT).content()
    page.click("#revoke summary")
    page.select_option("#revoke-keyid", index=3)
    key = str(page.input_value("#revoke-keyid"))
    page.fill("#revoke-because", "the machine was replaced")
    maker.follow("#revoke button.button")
    assert page.locator(f"#keys tr:has-text('{key}') .state-warn").count() == 1
    maker.follow("#keys .section-head a")
    wrong["delivery"] = faults(page)
    assert page.url.endswith("/devices/ai-001/delivery/") and page.locator("#rejected tbody tr").count() >= 1
    maker.follow("#rejected tbody td a")
    assert "/journal/" in page.url
    assert page.evaluate(OVERFLOW) <= 0
    assert {name: found for name, found in wrong.items() if found} == {}
    assert maker.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", [CONNECT, "/devices/ai-001/delivery/"])
def test_both_pages_have_no_faults_and_fit_a_telephone(visit, theme, place):
    """With every fold open, in both themes."""
    seen = visit(role="inspector", theme=theme, width=360)
    page = seen.go(place)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    assert faults(page) == []
    assert page.evaluate(OVERFLOW) <= 0
    assert seen.complaints == []
