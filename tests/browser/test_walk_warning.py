# SPDX-License-Identifier: Apache-2.0
"""A suspension in a browser: the clinic reads and answers, the desk counts, everybody reads the notice."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from tests.browser.test_accessible_pages import _faults, _overflow
from tests.town import ROOT

pytestmark = pytest.mark.browser
SITE = re.compile(r"\bs-[a-z2-7]{12}\b")
TITLES = {"ru": "Применение приостановлено", "en": "Use suspended"}
ANSWERS = {"ru": "мы прекратили применение", "en": "we have stopped using it"}
GROUNDS = {"ru": "Обновление закрыло вопрос.", "en": "The update settled the matter."}


@pytest.fixture
def suspended(town: Any) -> dict[str, str]:
    """A suspension told to the clinic's site, by the real action in a process of its own."""
    command = [sys.executable, "-m", "tests.browser.suspended_device", str(town.directory)]
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("language", ["ru", "en"])
def test_nobody_is_left_unwarned(visit, suspended, language):
    """Banner, letter, answer; counts and pseudonyms at the desk; the notice in public, then ended."""
    clinic, desk = (visit(role=role, language=language) for role in ("clinic", "inspector"))
    number, notice = suspended["warning"], suspended["notice"]
    page = clinic.go("/clinic/")
    with page.expect_navigation():
        page.locator(f"#warnings a[href*='{number}']").click()
    assert TITLES[language] in page.locator("h1").inner_text()
    assert not SITE.search(page.locator("main").inner_text())
    page.get_by_label(ANSWERS[language], exact=True).check()
    clinic.follow("#answer button")
    assert ANSWERS[language] in page.locator("#answer").inner_text()
    card = desk.go(f"/warnings/{number}/")
    sites = card.locator("#sites tbody tr", has_text=ANSWERS[language])
    assert SITE.search(sites.first.inner_text()) and card.locator("#progress progress").count() == 5
    public = visit(signed_in=False, language=language)
    assert TITLES[language] in public.go(f"/notices/{notice}/").locator("h1").inner_text()
    ended = desk.go(f"/notices/{notice}/")
    ended.fill("#because", GROUNDS[language])
    desk.follow("#end button")
    assert GROUNDS[language] in public.go(f"/notices/{notice}/").locator("main [role=status]").inner_text()
    assert clinic.complaints + desk.complaints + public.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_these_pages_are_accessible(visit, suspended, language):
    """Axe is content with desk, clinic and public pages, and nothing is wider than a telephone."""
    number, notice = suspended["warning"], suspended["notice"]
    asked = {
        "inspector": ["/warnings/", f"/warnings/{number}/", "/notices/review/", f"/notices/{notice}/"],
        "clinic": ["/clinic/", "/clinic/warnings/", f"/clinic/warnings/{number}/"],
        "manufacturer_admin": ["/warnings/", "/notices/"],
    }
    for role, addresses in asked.items():
        wide, narrow = visit(role=role, language=language), visit(role=role, language=language, width=320)
        for address in addresses:
            assert (address, _faults(wide.go(address))) == (address, [])
            assert (address, _overflow(narrow.go(address)) <= 0) == (address, True)
        assert wide.complaints + narrow.complaints == []
