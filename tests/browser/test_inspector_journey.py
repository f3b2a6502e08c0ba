# SPDX-License-Identifier: Apache-2.0
"""An inspector in a real browser: from signing in to a receipt that verifies without us."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.town import PASSWORD

pytestmark = pytest.mark.browser


def test_from_login_to_a_receipt_verified_offline(visit, town, tmp_path):
    """Login, overview, signal, evidence, rows, batch, receipt, and the maker's own tool agrees."""
    seen = visit(signed_in=False, language="en")
    page = seen.go("/signals/")
    page.fill("input[name=username]", "inspector")
    page.fill("input[name=password]", PASSWORD)
    seen.follow("main button.button")
    assert page.url.endswith("/signals/")
    seen.follow(".rail a[href='/']")
    seen.follow("text=A site has been silent since")
    assert page.locator("#evidence .hash").count() >= 4
    seen.drawn()
    assert page.locator("figure img").first.evaluate("image => image.complete && image.naturalWidth > 300")
    seen.follow("#way-back a")
    page.select_option("#f-measure", "studies")
    seen.follow("main .filters button")
    seen.follow("main tbody th a >> nth=0")
    seen.follow("#events tbody th a >> nth=0")
    assert page.locator("#events tr.is-current").count() == 1
    with page.expect_download() as download:
        page.click("a[download]")
    receipt = tmp_path / "receipt.json"
    download.value.save_as(receipt)
    command = [sys.executable, "-m", "nadzor_sdk", "verify", str(receipt), "--key", town.log_vkey]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    seen.follow("a[href='/receipt/'] >> nth=0")
    page.fill("textarea", receipt.read_text())
    seen.follow("main button.button")
    assert page.locator(".alert-good").is_visible()
    page.fill("textarea", json.dumps(json.loads(receipt.read_text()) | {"index": 10**6}))
    seen.follow("main button.button")
    assert page.locator(".alert-alarm").is_visible()
    assert seen.complaints == []


def test_a_move_is_made_and_remembered(visit):
    """The inspector takes a signal up; the card shows who did what, and offers the next moves."""
    seen = visit(language="en")
    page = seen.go("/signals/?detector=failure_cusum")
    seen.follow(".ledger .title >> nth=0")
    if page.locator("button[value=take]").count():
        seen.follow("button[value=take]")
    assert page.locator("#moves .state-warn").first.inner_text() == "under review"
    assert page.locator("button[value=ask_maker]").is_visible()
    assert seen.complaints == []


def test_filters_change_the_list_without_reloading(visit):
    """Choosing a filter swaps the rows and keeps the address a permalink."""
    seen = visit(language="en")
    page = seen.go("/signals/")
    page.evaluate("window.stays = true")
    with page.expect_response(re.compile("detector=silence")):
        page.select_option("#f-detector", "silence")
    page.wait_for_url(re.compile("detector=silence"))
    page.wait_for_function("document.querySelectorAll('.ledger > li').length === 1")
    assert page.evaluate("window.stays") is True
    assert seen.complaints == []


def test_it_works_without_script(visit, town, chromium, pass_card):
    """With scripts off, the filters, the search and the switches still do their work."""
    context = chromium.new_context(storage_state=pass_card, java_script_enabled=False, locale="ru-RU")
    page = context.new_page()
    page.goto(f"{town.address}/signals/")
    page.select_option("#f-detector", "silence")
    with page.expect_navigation():
        page.click("main .filters button")
    assert page.locator(".ledger > li").count() == 1
    with page.expect_navigation():
        page.click("button[value=en]")
    assert page.locator("html").get_attribute("lang") == "en"
    assert "detector=silence" in page.url
    page.goto(f"{town.address}/register/")
    page.fill("#q", "ai-002")
    with page.expect_navigation():
        page.click("main .filters button")
    assert page.locator(".ledger > li").count() == 1
    context.close()


def test_the_whole_frame_is_reached_by_keyboard(visit):
    """Tab reaches the skip link first, then the rest, with a visible focus; keys move in the list."""
    seen = visit(language="en")
    page = seen.go("/signals/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    outlines = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert outlines == {"solid"}
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.href")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.href") == first and "/signals/" in first
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(re.compile("/devices/$"))
    assert seen.complaints == []


def test_keys_can_be_switched_off(visit):
    """Who does not want single keys switches them off, and they stay off (WCAG 2.1.4)."""
    seen = visit(language="en")
    page = seen.go("/help/")
    seen.follow("button[name=keys][value=off]")
    page.goto(f"{seen.town.address}/signals/")
    page.keyboard.press("?")
    assert page.url.endswith("/signals/")
    assert page.locator("script[src*='keys.js']").count() == 0
