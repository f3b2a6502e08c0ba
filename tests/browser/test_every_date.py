# SPDX-License-Identifier: Apache-2.0
"""Every page a role reaches by its links: no fault, one language, every last day explained by its norm."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.browser.crawl import crawl, left_over
from tests.browser.walks import MAKER, REPORTER, catalogue

pytestmark = pytest.mark.browser

#: Who crawls in which language: whoever files, decides or concludes in both, every other role in one.
CRAWLS: Final = (
    ("ru", MAKER), ("en", MAKER), ("ru", "registrar"), ("en", "registrar"), ("ru", "head"), ("en", "head"),
    ("ru", "expert"), ("en", "moscow_centre"), ("en", "inspector"), ("ru", "auditor"),
    ("en", "representative"), ("ru", REPORTER), ("en", "clinic"), ("ru", "inspector"),
    ("ru", "operator"), ("ru", "public"),
)  # fmt: skip
STARTS: Final = {
    MAKER: ("/account/", "/events/?state=all", "/monitoring/", "/calendar/?view=list", "/filings/?stage=all"),
    "inspector": ("/morning/", "/events/?state=all", "/warnings/", "/monitoring/?show=all", "/duty/"),
    "clinic": ("/clinic/", "/clinic/report/", "/clinic/events/", "/clinic/warnings/", "/clinic/codes/"),
    "registrar": ("/board/", "/decisions/", "/calendar/", "/filings/?late=yes", "/filings/2026-000004/"),
    "head": ("/head/", "/duty/", "/decisions/", "/board/", "/calendar/?view=list", "/filings/2026-000006/"),
    "expert": ("/desk/", "/calendar/"),
}
EXPLAINED: Final = 8  # last days followed to their arithmetic in one crawl
DAY: Final = re.compile(r"\d{2}\.\d{2}\.\d{4}|\d{1,2} [A-Z][a-z]{2} \d{4}")
#: A norm's own page is the arithmetic.
NORMS: Final = "/norms/"
#: What stands before a last day in words, in both languages: such words never stand alone.
LAST_DAY: Final = re.compile(
    r"(?:[Пп]оследний день|[Ll]ast day|due by|не позднее)\D{0,6}" + f"({DAY.pattern})"
)


@pytest.mark.parametrize(("language", "role"), CRAWLS)
def test_every_page_stands_and_every_last_day_is_explained(visit, an_event, language, role):
    """No fault on any page, no word of ours in the other language; each date leads to norm and arithmetic."""
    seen = visit(language=language, **({"signed_in": False} if role == "public" else {"role": role}))
    home, found = seen.town.address, []
    for page in crawl(seen.page, home, *STARTS.get(role, ()), "/"):
        found.append(page)
        assert page.status < 400, page.address
        own = [text for text in page.texts if text != role]  # the town's accounts are called by their roles
        assert [text for text in own if left_over(text, language)] == [], page.address
        assert page.loose == 0 and all(due["href"] and due["norm"] for due in page.dues), page.address
    assert len(found) >= 20 and seen.complaints == []
    dues = {due["href"]: due for page in found for due in page.dues}
    for due in _spread(list(dues.values())):
        _explained(seen, language, due)
    assert seen.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_last_day_in_words_stands_beside_its_link(visit, language):
    """Letters and notices say a last day in a sentence: the way to its arithmetic is on the same page."""
    seen = visit(language=language, role=MAKER)
    said = 0
    for page in crawl(seen.page, seen.town.address, "/account/", "/filings/2026-000003/", limit=25):
        days = {day for text in page.texts for day in LAST_DAY.findall(text)}
        ways = seen.page.locator("a.due-day, a[href$='#clocks'], .derivation").count()
        assert not days or ways or page.address.startswith(NORMS), (page.address, days)
        said += len(days)
    assert said >= 1


def _spread(dues):
    """Some of the last days, from first to last."""
    step = max(1, len(dues) // EXPLAINED)
    return dues[::step][:EXPLAINED]


def _explained(seen, language, due):
    """The arithmetic ends in the day, or says why there is none; the norm's page is there."""
    seen.page.goto("about:blank")  # a place further down on the same page would be no answer of its own
    answer = seen.page.goto(seen.town.address + due["href"])
    main = seen.page.locator("main").inner_text()
    assert answer.status == 200, due
    days = DAY.findall(due["day"])
    if days and "/clocks/" in due["href"]:
        assert days[0] in seen.page.locator(".derivation li").last.inner_text(), (due, main)
    assert all(day in main for day in days), due
    if not days and due["day"]:
        told = (catalogue()["unknown"], catalogue()["not known while it stands still"])
        assert due["day"] in (told if language == "ru" else ("unknown", "not known while it stands still"))
    assert seen.page.goto(seen.town.address + due["norm"]).status == 200, due
