# SPDX-License-Identifier: Apache-2.0
"""Who is behind a site: two people open the vault, the clinic learns of it; a letter needs no vault."""

from __future__ import annotations

import json
import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error

from nadzor.people.roles import ROLE_NAMES, Role
from tests.browser.house_chores import SURNAMES
from tests.browser.test_accessible_pages import _faults
from tests.browser.walks import catalogue

pytestmark = pytest.mark.browser
SITE = re.compile(r"\bs-[a-z2-7]{12}\b")
BECAUSE = {
    "ru": "Суд запросил место события.",
    "en": "A court has asked for the place of the event.",
}
APPROVED = {"ru": "Определение суда приложено.", "en": "The court's ruling is enclosed."}
QUESTION = {"ru": "На скольких мониторах вы читаете снимки?", "en": "How many screens do you read on?"}
ANSWER = {"ru": "На двух мониторах одной модели.", "en": "On two screens of one model."}


def ui(msgid: str, language: str) -> str:
    """A string of the portal."""
    return catalogue()[msgid] if language == "ru" else msgid


def says(page) -> str:
    """What stands in the middle of a page."""
    return page.locator("main").inner_text()


def asks(inspector, number: str, language: str) -> str:
    """From an event's card to a request; its address."""
    inspector.go(f"/events/{number}/")
    page = inspector.follow("#main a[href*='/vault/ask/']")
    assert number in page.input_value("#about") and SITE.fullmatch(page.input_value("#sites").strip())
    page.select_option("#purpose", "court")
    page.fill("#because", BECAUSE[language])
    assert _faults(page) == []
    page = inspector.follow("main form button:not([name])")
    assert re.search(r"/vault/\d+/$", page.url) and "/look/" not in page.content()
    return page.url.removeprefix(inspector.town.address)


def approves(head, address: str, language: str) -> None:
    """The other person decides on the card."""
    page = head.go(address)
    assert _faults(page) == []
    page.fill("#because", APPROVED[language])
    page = head.follow("#decide button[value=approve]")
    assert page.locator("#decide").count() == 0


def looks(inspector, address: str) -> str:
    """The inspector sees the clinic on a page that nothing keeps; its name."""
    page = inspector.go(address)
    with page.expect_response(lambda answer: answer.url.endswith("/look/")) as shown:
        inspector.follow("#sites form button")
    assert "no-store" in shown.value.headers["cache-control"]
    assert _faults(page) == []
    name: str = page.locator("#clinic dd").nth(1).inner_text().splitlines()[0].strip()
    return name


def goes_back(page, name: str) -> None:
    """Neither a step back nor one forward brings the name."""
    for step in (page.go_back, page.go_back, page.go_forward, page.go_forward):
        with suppress(Error):  # the browser says that it kept nothing
            step(wait_until="load")
        page.wait_for_load_state("load")
        assert name not in page.locator("html").inner_text()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_two_people_learn_a_clinic_and_the_clinic_learns_of_it(visit, chore, an_event, language):
    """Asked from a card, approved, seen once, kept nowhere; told to the clinic by numbers of roles."""
    chore("name people")
    inspector, head, clinic = (
        visit(role=role, language=language) for role in ("inspector", "head", "clinic")
    )
    address = asks(inspector, an_event, language)
    approves(head, address, language)
    name = looks(inspector, address)
    mark = inspector.page.locator(".alert-warn").inner_text()
    assert len(name) > 3 and SURNAMES["inspector"] in mark and re.search(r"\d\d:\d\d", mark)
    open_day = clinic.go("/reads/").locator("#openings tbody tr").first.inner_text()
    assert ui("told when the opening is over", language) in open_day and BECAUSE[language] not in open_day
    auditor = visit(role="auditor", language=language).go(address)
    assert name not in auditor.content() and "/look/" not in auditor.content()
    page = inspector.follow("main a.button-quiet")
    page = inspector.follow("form[action$='/close/'] button")
    assert page.locator("#sites form").count() == 0 and name not in page.content()
    goes_back(inspector.page, name)
    told = clinic.go("/reads/").locator("#openings tbody tr").first.inner_text()
    assert BECAUSE[language] in told
    for role in (Role.INSPECTOR, Role.HEAD):
        assert re.search(rf"{ROLE_NAMES[role][language]} \d+", told, re.IGNORECASE), told
    assert inspector.complaints + head.complaints + clinic.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_owner_is_told_numbers_and_never_names(visit, chore, an_event, language):
    """Neither the page nor the file of a clinic or a maker has the surname of an official."""
    chore("name people")
    inspector = visit(role="inspector", language=language)
    assert SURNAMES["inspector"] in inspector.go(f"/events/{an_event}/").content()
    for role in ("clinic", "manufacturer_admin"):
        seen = visit(role=role, language=language)
        file = seen.go("/api/v1/reads").locator("body").inner_text()
        page = seen.go("/reads/").content()
        assert json.loads(file)
        assert not any(name in file + page for name in SURNAMES.values())
        assert _faults(seen.page) == [] and seen.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_letter_goes_through_the_relay(visit, chore, an_event, language):
    """Written to a pseudonym, handed over by the house, answered; the answer stands beside the pseudonym."""
    inspector, clinic = (visit(role=role, language=language) for role in ("inspector", "clinic"))
    inspector.go(f"/events/{an_event}/")
    page = inspector.follow("#main a[href*='/letters/new/']")
    site = page.input_value("#site")
    assert SITE.fullmatch(site) and page.input_value("#about") == an_event
    assert _faults(page) == []
    page.fill("#text", QUESTION[language])
    page = inspector.follow("main form button")
    letter = page.url.removeprefix(inspector.town.address)
    number = letter.strip("/").split("/")[-1]
    chore("letters")
    page = clinic.go("/clinic/letters/")
    assert _faults(page) == [] and not SITE.search(says(page))
    page = clinic.follow(f"main a[href*='{number}']")
    assert QUESTION[language] in says(page) and not SITE.search(says(page)) and _faults(page) == []
    page.fill("#text", ANSWER[language])
    page = clinic.follow("#answer button")
    assert ANSWER[language] in page.locator("#answer").inner_text()
    page = inspector.go(letter)
    assert ANSWER[language] in page.locator("#answer").inner_text()
    assert site in page.locator("#about").inner_text() and _faults(page) == []
    assert inspector.complaints + clinic.complaints == []
