# SPDX-License-Identifier: Apache-2.0
"""A yearly report walked in the browser: drafted and written by its maker, read by the inspector."""

from __future__ import annotations

import pytest

from tests.browser.walks import MAKER

pytestmark = pytest.mark.browser

LIST = "/monitoring/?show=all"
TEXT = {"ru": "Ничего не найдено.", "en": "Nothing was found."}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_maker_drafts_and_writes_and_staff_read(walk, language):
    """From the list to a draft whose figures lead to their rows; the inspector reads and writes nothing."""
    here = walk(language)
    page = here.at(MAKER).go(LIST)
    mine = page.locator("#reports .title").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert mine
    page = next(
        page for page in map(here.at(MAKER).go, mine) if page.locator("#do-draft, #words form").count()
    )
    card = page.url
    if page.locator("#do-draft").count():
        page.locator("#do-draft summary").click()
        page.locator("#do-draft button").click()
    page.locator("#words textarea").first.fill(TEXT[language])
    page.locator("#words form button").click()
    assert page.locator("#words textarea").first.input_value() == TEXT[language]
    assert page.locator("#checks li").count() >= 6
    assert page.locator("#figures table a").count() > 0
    page.locator("#figures table a").first.click()
    assert "/rows/" in page.url
    page = here.at("inspector").go(card[card.index("/monitoring/") :])
    assert page.locator("#words textarea").count() == 0
    assert page.locator("#done li").count() >= 1
    here.quiet()
