# SPDX-License-Identifier: Apache-2.0
"""The pages of vigilance as people use them: what is chosen, what is typed, where it leads."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from playwright.sync_api import Page

from nadzor.base import clock
from nadzor.base.problems import Text

DEVICE: Final = "ai-001"
NUMBER: Final = re.compile(r"AE-\d{4}-\d{6}")
SITE: Final = re.compile(r"\bs-[a-z2-7]{12}\b")
BECAUSE: Final = Text(ru="Посмотрели вдвоём: так и было.", en="Two of us looked: it was so.")
STORY: Final = Text(ru="Узел не отмечен, видно на снимке.", en="A nodule was not marked; it is plain to see.")
PERSONAL: Final = Text(
    ru="Пациент Иванов Пётр, узел не отмечен.", en="Patient Ivanov Petr, a nodule was not marked."
)
CONCLUSION: Final = Text(ru="Причина найдена: граница уверенности.", en="The cause was found: the threshold.")


def days_ago(days: int) -> str:
    """A day before today as a date field holds it."""
    return (clock.today() - timedelta(days=days)).isoformat()


def number_in(page: Page) -> str:
    """The number of the event whose page this is."""
    found = NUMBER.search(page.url)
    assert found is not None, page.url
    return found[0]


def own_system(page: Page) -> str:
    """The clinic's installation of the device, as its home lists it."""
    section = page.locator(f"section:has(h2 a[href*='/{DEVICE}/'])").first
    return section.get_attribute("id") or ""


def tells(page: Page, *, harm: str, words: str, system: str = "", days: int = 3) -> None:
    """Answer the form of an event; a page behind a printed code does not ask which system."""
    if system:
        page.check(f"input[name=system][value='{system}']")
    page.check("input[name=wrong][value=missed]")
    page.fill("#event_on", days_ago(days))
    page.check(f"input[name=harm][value={harm}]")
    page.fill("#words", words)


def reports(seen: Any, *, harm: str, words: str) -> str:
    """A clinic reports an event by its form; its number."""
    system = own_system(seen.go("/clinic/"))
    page = seen.go(f"/clinic/report/?system={system}")
    tells(page, harm=harm, words=words)
    seen.follow("main form .button")
    seen.follow("button[value=send]")
    return number_in(page)


def makes_move(seen: Any, number: str, verb: str, because: str = "", **typed: str) -> Page:
    """Make a move on the card of an event by its form."""
    page: Page = seen.go(f"/events/{number}/")
    page.click(f"#move-{verb} summary")
    for name, text in typed.items():
        page.fill(f"#{verb}-{name}", text)
    if because:
        page.fill(f"#{verb}-because", because)
    seen.follow(f"#move-{verb} button[name=verb]")
    return page


def sends(seen: Any, number: str, kind: str, **typed: str) -> Page:
    """Write a document about an event and send it."""
    page: Page = seen.go(f"/events/{number}/send/{kind}/")
    for name, text in typed.items():
        page.fill(f"#{name}", text)
    seen.follow("main form > p .button")
    assert page.url.endswith(f"/events/{number}/"), page.locator("main").inner_text()
    return page
