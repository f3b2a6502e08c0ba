# SPDX-License-Identifier: Apache-2.0
"""A public table is built, attacked, published and read; an embargo keeps details from the public alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.portal.releases import COALITION
from nadzor.vigilance.veil import INSTEAD
from tests.browser.test_accessible_pages import _faults, _overflow
from tests.browser.walks import catalogue
from tests.town import ROOT

pytestmark = pytest.mark.browser
SERIES = "use-month"
EQUATIONS = {"ru": r"Противники записали уравнений: [\d\s]+", "en": r"The opponents wrote [\d\s]+ equations"}
WHY = {"ru": "Обновление ещё не вышло.", "en": "The update is not out yet."}
REPAIRED = {"ru": "Обновление вышло.", "en": "The update is out."}


@pytest.fixture(scope="module")
def suspended(town: Any) -> dict[str, str]:
    """A suspension told to the clinic's site, by the real action in a process of its own."""
    command = [sys.executable, "-m", "tests.browser.suspended_device", str(town.directory)]
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def ui(msgid: str, language: str) -> str:
    """A string of the portal."""
    return catalogue()[msgid] if language == "ru" else msgid


def month(back: int) -> str:
    """A month that is over, so many before this one."""
    found = Month.of(clock.today())
    for _ in range(back):
        found = found.previous()
    return f"{found.first:%Y-%m}"


@pytest.mark.parametrize(("language", "back"), [("ru", 3), ("en", 2)])
def test_a_table_goes_out_after_its_attack(visit, language, back):
    """Built by the registrar; the head reads what the opponents found and publishes; then everybody reads."""
    registrar, head = (visit(role=role, language=language) for role in ("registrar", "head"))
    public, period = visit(signed_in=False, language=language), month(back)
    address = f"/statistics/{SERIES}/?period={period}"
    assert public.page.goto(public.town.address + address).status == 404
    page = registrar.go("/releases/")
    assert _faults(page) == []
    page.select_option("[name=series]", SERIES)
    page.fill("[name=period]", period)
    page = registrar.follow("main form button")
    assert page.url.endswith(f"/releases/{SERIES}/{period}/")
    assert page.locator("form[action$='/publish/']").count() == 0
    head.go("/releases/")
    page = head.follow(f"main a[href='/releases/{SERIES}/{period}/']")
    told = page.locator("main").inner_text()
    assert re.search(EQUATIONS[language], told) and not COALITION.search(told)
    assert ui("stood the attack", language) in told and _faults(page) == []
    page = head.follow("form[action$='/publish/'] button")
    assert page.locator("form[action$='/publish/']").count() == 0
    assert ui("published", language) in page.locator("main").inner_text()
    page = public.go("/statistics/")
    page = public.follow(f"main a[href='/statistics/{SERIES}/']")
    answer = public.page.goto(public.town.address + address)
    assert answer.status == 200 and public.page.locator("main table tbody tr").count() >= 3
    assert _faults(public.page) == []
    assert registrar.complaints + head.complaints + public.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_details_wait_for_the_public_and_for_no_clinic(visit, suspended, language):
    """The notice without its text in public, whole before the clinic; ended by the head, whole for all."""
    head, clinic = (visit(role=role, language=language) for role in ("head", "clinic"))
    public, notice = visit(signed_in=False, language=language), f"/notices/{suspended['notice']}/"
    instead = INSTEAD.in_language(language)
    whole = public.go(notice).locator(".letter").inner_text()
    page = head.go("/embargoes/")
    page.fill("#device", suspended["device"])
    page.check("input[name=hides][value=exploit]")
    page.check("input[name=hides][value=version]")
    page.fill("#until", f"{clock.today() + timedelta(days=5):%Y-%m-%d}")
    page.fill("#because", WHY[language])
    assert _faults(page) == []
    page = head.follow("form[action$='/place/'] button")
    assert WHY[language] in page.locator("main table").inner_text() and _faults(page) == []
    veiled = public.go(notice).locator("main").inner_text()
    assert instead in veiled and whole not in veiled and WHY[language] not in veiled
    letter = clinic.go(f"/clinic/warnings/{suspended['warning']}/").locator("main").inner_text()
    assert instead not in letter and len(letter) > len(instead)
    head.go("/embargoes/")
    page = head.page
    page.locator("form[action$='/end/'] input[name=because]").last.fill(REPAIRED[language])
    page = head.follow("form[action$='/end/'] button")
    assert page.locator("form[action$='/end/']").count() == 0
    assert public.go(notice).locator(".letter").inner_text() == whole
    assert head.complaints + clinic.complaints + public.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_these_pages_fit_a_telephone(visit, suspended, language):
    """360 px without sideways scroll: the desks and what the public reads."""
    head = visit(role="head", language=language, width=360)
    public, wide = visit(signed_in=False, language=language, width=360), {}
    asked = {
        head: (
            "/releases/",
            f"/releases/{SERIES}/{month(3)}/",
            "/embargoes/",
            "/retention/",
            "/destruction/",
        ),
        public: ("/statistics/", f"/statistics/{SERIES}/", f"/notices/{suspended['notice']}/"),
    }
    for seen, addresses in asked.items():
        for address in addresses:
            if (over := _overflow(seen.go(address))) > 0:
                wide[address] = over
    assert wide == {}
    assert head.complaints + public.complaints == []
