# SPDX-License-Identifier: Apache-2.0
"""Anybody at a device reports by the code beside it, on a telephone, without script, and follows it on."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

import pytest

from nadzor.base.home import Home
from tests.browser.conftest import Town, Visit, _wait
from tests.browser.event_forms import BECAUSE, SITE, STORY, number_in, own_system, sends, tells
from tests.browser.walks import MAKER, Walk
from tests.town import ROOT

pytestmark = pytest.mark.browser

FIELDS: Final = 6
MANY: Final = 12  # more than one address may send in an hour
TELEPHONE: Final = {"width": 360, "height": 740}


@pytest.fixture
def telephone(chromium: Any, town: Town) -> Iterator[Any]:
    """Somebody's telephone: small, no script, no account; by language."""
    contexts: list[Any] = []

    def take(language: str, home: Town = town) -> Visit:
        context = chromium.new_context(
            viewport=TELEPHONE, locale="ru-RU", java_script_enabled=False, has_touch=True, is_mobile=True
        )
        context.add_cookies([{"name": "nadzor_language", "value": language, "url": home.address}])
        contexts.append(context)
        return Visit(context, home)

    yield take
    for context in contexts:
        context.close()


@pytest.fixture
def other_door(town: Town) -> Iterator[Town]:
    """The same town behind a door of its own, whose counts of visitors begin at nought."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "nadzor.site.asgi:application", "--port", str(port)]
    environment = os.environ | {"NADZOR_HOME": str(town.directory)}
    server = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=environment)
    try:
        _wait(port, server)
        yield Town(f"http://127.0.0.1:{port}", town.directory, Home.open(town.directory).log_vkey)
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_word_at_the_device_reaches_the_maker_and_comes_back(walk, telephone, language):
    """Scanned, said, confirmed by the clinic, reported by the maker; the link tells each step and no name."""
    here, phone = walk(language), telephone(language)
    page = phone.go(_code(here))
    assert page.locator("main form .asked").count() <= FIELDS
    phone.follow("main form .button")
    assert page.locator("#errors a").count() == 2
    tells(page, harm="unknown", words=here.said(STORY))
    phone.follow("main form .button")
    followed = page.url
    assert "/followed/" in followed and page.locator("main .moves li").count() == 1
    number = re.search(r"AE-\d{4}-\d{6}", page.locator("h1").inner_text())[0]
    _confirmed(here, number)
    sends(here.at(MAKER), number, "report", conclusion=here.said(BECAUSE))
    page.goto(followed)
    told = page.locator("main").inner_text()
    assert page.locator("main .moves li").count() == 4 and not SITE.search(told)
    assert here.said(BECAUSE) not in told
    phone.complaints.clear()  # the browser reports the refusal's status
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_revoked_code_says_so_and_the_clinic_prints_another(walk, telephone, language):
    """The sheet comes in two sizes; revoked, its door is shut at once; a new code is another one."""
    here, phone = walk(language), telephone(language)
    door = _code(here)
    clinic = here.at("clinic")
    for size in ("a5", "a4"):
        paper = clinic.page.request.get(
            clinic.town.address + f"/clinic/codes/{door.strip('/').rpartition('/')[2]}-{size}.pdf"
        )
        assert paper.ok and paper.body().startswith(b"%PDF")
    page = clinic.page
    mine = door.strip("/").rpartition("/")[2]
    place = page.locator(f".code-place:has(a[href*='{mine}'])").first
    place.locator("summary").click()
    with page.expect_navigation():
        place.locator("form[action$='/revoke/'] button").click()
    assert page.locator("#former tbody tr").count() >= 1
    shut = phone.page.goto(phone.town.address + door)
    assert shut.status == 404 and "say.code-unknown" in phone.page.content()
    assert _code(here) != door
    here.quiet()


def test_whoever_sends_too_often_is_told_when_to_come_back(walk, telephone, other_door):
    """One address may speak so often an hour; then a page in the reader's language names the wait."""
    here = walk("ru")
    door = _code(here)
    for language in ("ru", "en"):
        phone = telephone(language, other_door)
        for _ in range(MANY):
            phone.go(door)
            phone.follow("main form .button")
        told = phone.page.locator("main").inner_text()
        assert re.search(r"\b\d{1,2}\b", told) and "say.too-often" in phone.page.content()
        assert (" мин " in told) == (language == "ru")
    here.quiet()


def _code(here: Walk) -> str:
    """The address behind the printed code of the clinic's installation; made, if there is none."""
    clinic = here.at("clinic")
    system = own_system(clinic.go("/clinic/"))
    page = clinic.go("/clinic/codes/")
    place = page.locator(f"#{system}")
    if place.locator("form[action$='/make/']").count():
        with page.expect_navigation():
            place.locator("form[action$='/make/'] button").click()
    way = place.locator("a[href$='-a5.pdf']").get_attribute("href") or ""
    return f"/say/{way.rpartition('/')[2].removesuffix('-a5.pdf')}/"


def _confirmed(here: Walk, number: str) -> None:
    """The clinic finds it on its home and confirms it; without grounds it is asked for them."""
    clinic = here.at("clinic")
    page = clinic.go("/clinic/")
    clinic.follow(f"#waiting a[href*='{number}']")
    assert number_in(page) == number
    clinic.follow("#decide button[value=confirm]")
    assert page.locator("[role=alert]").count() == 1
    clinic.complaints.clear()  # the browser reports the refusal's status
    page.fill("#because", here.said(BECAUSE))
    clinic.follow("#decide button[value=confirm]")
    assert page.locator("#decide").count() == 0
