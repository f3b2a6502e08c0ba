# SPDX-License-Identifier: Apache-2.0
"""From the first question to a paper in hand: both languages, keys alone, no script, a narrow screen."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.browser.axe_look import faults

pytestmark = pytest.mark.browser

ANSWERS: Final = (
    ("route", "national"),
    ("product", "«Лёгочный помощник», версия 1.2"),
    ("complex", "no"),
    ("software.program", "yes"),
    ("software.integral_part", "no"),
    ("software.purposes", "diagnosis"),
    ("software.health_care", "yes"),
    ("software.functions", "interpretation"),
    ("software.mode", "automatic"),
    ("software.decisions", "yes"),
    ("software.natures", "none"),
    ("software.interpretation", "Вероятность узелков в лёгких по данным КТ."),
    ("software.source", "Томографы."),
    ("software.use", "Врачи-рентгенологи."),
    ("software.platform", "Сервер."),
    ("software.access", "Подписка."),
)
SEND: Final = "main form:has(#answer, #answer-1) button.button"
WIDER: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def answer(page, value):
    """Fill the one field of the page."""
    if page.locator("#answer-1").count():
        page.check(f"input[name=answer][value={value}]")
    else:
        page.fill("#answer", value)


def through(seen, *, look=lambda page: None):
    """The whole interview from its start page; every page is looked at on the way."""
    page = seen.go("/qualify/")
    seen.follow("main a.button")
    for key, value in ANSWERS:
        assert page.url.endswith(f"/qualify/{key}/")
        look(page)
        answer(page, value)
        seen.follow(SEND)
    assert page.url.endswith("/qualify/result/")
    look(page)
    return page


@pytest.mark.parametrize(("language", "said"), [("ru", "Медицинское изделие"), ("en", "A medical device")])
def test_from_the_first_question_to_a_paper(visit, tmp_path, language, said):
    """Anybody answers, gets a verdict, prints it; every page on the way is accessible."""
    seen = visit(language=language, signed_in=False)
    found = {}
    page = through(seen, look=lambda page: found.update({page.url: faults(page)}))
    assert {url: broken for url, broken in found.items() if broken} == {}
    assert page.locator(".verdict h2").inner_text() == said
    with page.expect_download() as download:
        page.click("a[href='/qualify/result.pdf']")
    paper = tmp_path / "opinion.pdf"
    download.value.save_as(paper)
    assert paper.read_bytes().startswith(b"%PDF")
    assert seen.complaints == []


def test_keys_alone_are_enough(visit):
    """Tab to the field, space to choose, enter to send; an error takes the focus and leads to the field."""
    seen = visit(language="en", signed_in=False)
    page = seen.go("/qualify/route/")
    page.focus("#answer-1")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "errors"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab") if page.evaluate("document.activeElement.id") != "answer-1" else None
    page.keyboard.press("Space")
    assert page.is_checked("#answer-1")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/qualify/product/")


def test_a_maker_stores_the_opinion_and_prints_it(visit):
    """Signed in, the answer becomes an opinion with a number; it is listed, shown and printed."""
    seen = visit(language="en", role="manufacturer_admin")
    page = through(seen)
    seen.follow("form[action='/opinions/'] button")
    assert re.search(r"/opinions/O-\d{4}-\d+/$", page.url)
    assert faults(page) == []
    with page.expect_download() as download:
        page.click("a[href$='.pdf']")
    assert re.fullmatch(r"opinion-O-\d{4}-\d+\.pdf", download.value.suggested_filename)
    seen.follow(".crumbs a")
    assert page.locator("main tbody tr").count() >= 1
    assert faults(page) == []
    assert seen.complaints == []


def test_no_script_and_a_narrow_screen_are_no_hindrance(chromium, town):
    """With scripts off and 320 pixels the interview goes to its end, and nothing is cut."""
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 700}, locale="ru-RU"
    )
    page = context.new_page()
    page.goto(f"{town.address}/qualify/")
    with page.expect_navigation():
        page.click("main a.button")
    for _key, value in ANSWERS:
        answer(page, value)
        with page.expect_navigation():
            page.click(SEND)
    assert page.url.endswith("/qualify/result/")
    context.close()


def test_nothing_of_the_interview_is_cut_on_a_narrow_screen(visit):
    """At 320 pixels no page of the interview scrolls sideways, in either language."""
    wide = []
    for language in ("ru", "en"):
        seen = visit(language=language, signed_in=False, width=320)
        through(seen, look=lambda page: wide.append(page.url) if page.evaluate(WIDER) > 0 else None)
    assert wide == []


def test_a_mistake_and_another_language_keep_what_was_typed(visit):
    """The error page in the other language still holds the words, and the rest of the answers."""
    seen = visit(language="en", signed_in=False)
    page = seen.go("/qualify/route/")
    answer(page, "national")
    seen.follow(SEND)
    page.fill("#answer", "Helper of Mr. John Smith")
    seen.follow(SEND)
    assert page.locator("#answer-error").is_visible() and page.title().startswith("Error")
    seen.follow("button[name=language][value=ru]")
    assert page.input_value("#answer") == "Helper of Mr. John Smith"
    assert page.locator(".told li").count() == 2
