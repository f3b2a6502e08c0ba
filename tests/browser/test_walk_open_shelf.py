# SPDX-License-Identifier: Apache-2.0
"""Anybody reads the statistics, a device, how fresh it all is, takes a file away and asks the API."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser
PAGES = (
    "/statistics/",
    "/statistics/use-month/",
    "/statistics/devices/ai-001/",
    "/statistics/status/",
    "/open-data/",
    "/open-data/entries/",
)


@pytest.fixture(scope="module", autouse=True)
def _published(chore) -> None:
    """The house's own tasks have run once."""
    chore("open rows")
    chore("snapshots")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_public_takes_the_register_away(visit, language):
    """From the rail to a file whose digest is the one told beside it, and to an example of the API."""
    seen = visit(language=language, signed_in=False)
    seen.go("/register/")
    seen.follow(".rail a[href='/statistics/']")
    seen.follow("a[href='/statistics/status/']")
    page = seen.follow("main a[href='/open-data/entries/']")
    told = page.text_content("tr:has(a[href$='rows.csv']) .hash")
    with page.expect_download() as taken:
        page.click("a[href$='/rows.csv']")
    content = Path(taken.value.path()).read_bytes()
    assert hashlib.sha256(content).hexdigest() == told
    page = seen.follow("a[href*='since=0']")
    assert json.loads(page.inner_text("body"))["meta"]["set"] == "entries"
    assert seen.complaints == []


@pytest.mark.parametrize(("language", "width", "theme"), [("ru", 360, "dark"), ("en", 1280, "light")])
def test_the_pages_can_be_read_by_everybody(visit, language, width, theme):
    """Axe finds nothing, and nothing is wider than a telephone."""
    seen, wrong = visit(language=language, width=width, theme=theme, signed_in=False), {}
    for address in PAGES:
        page = seen.go(address)
        found = [each["id"] for each in Axe().run(page).response["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if found or wide > 0:
            wrong[address] = (found, wide)
    assert wrong == {}
