# SPDX-License-Identifier: Apache-2.0
"""Two applications in a real browser, desk by desk: one is registered, one refused over its objections."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.browser.test_accessible_pages import _faults, _overflow

pytestmark = pytest.mark.browser

DESKS: Final = (
    ("registrar", "/board/"),
    ("registrar", "/decisions/"),
    ("head", "/decisions/"),
    ("expert", "/desk/"),
    ("moscow_centre", "/desk/"),
    ("head", "/authority/"),
    ("manufacturer_admin", "/calendar/"),
)


def test_an_application_is_carried_from_the_board_to_the_register(visit):
    """Registrar, expert and head, in Russian: found on the board, concluded on the desk, registered."""
    registrar, expert, head = (visit(role=role) for role in ("registrar", "expert", "head"))
    own = _numbers(visit(role="manufacturer_admin").go("/filings/?stage=all"))
    page = registrar.go("/board/")
    checking = page.locator(".work", has_text="проверка полноты").locator("a.title")
    links = [link.get_attribute("href") for link in checking.all()]
    card = next(link for link in links if link.split("/")[2] not in own)
    for verb in ("find_complete", "start", "send_task"):
        _move(registrar, card, verb)
    page = expert.go("/desk/")
    assert page.locator(f"#conclude a[href='{card}']").is_visible()
    _move(expert, card, "conclude_positive", because="Эффективность и безопасность подтверждены.")
    head.go("/decisions/")
    head.follow(f"#applications a[href='{card}#do-register']")
    _move(head, card, "register", because="Заключение положительное.")
    assert head.page.locator(".page-head .state").inner_text() == "зарегистрировано"
    assert registrar.go("/board/").locator(f"a[href='{card}']").count() == 0
    assert registrar.complaints + expert.complaints + head.complaints == []


def test_objections_are_heard_and_rejected(visit):
    """A negative conclusion, notified, objected to, rejected by the head, in English; the letters remain."""
    roles = ("registrar", "expert", "head", "manufacturer_admin")
    registrar, expert, head, maker = (visit(role=role, language="en") for role in roles)
    listed = maker.go("/filings/?stage=intake&procedure=registration_simplified")
    card = (
        listed.locator(".ledger > li", has_text="being checked")
        .locator("a.title")
        .first.get_attribute("href")
    )
    for verb in ("find_complete", "start", "send_task"):
        _move(registrar, card, verb)
    _move(expert, card, "conclude_negative", ticks=("expertise_ground",), because="Efficacy is not shown.")
    _move(registrar, card, "notify_negative")
    _move(maker, card, "object", objections_text="The trial report was enclosed on page 14.")
    page = head.go("/decisions/")
    assert page.locator(f"#applications a[href='{card}#do-reject_objections']").is_visible()
    _move(head, card, "reject_objections", because="Page 14 holds no figures of efficacy.")
    assert head.page.locator(".page-head .state").inner_text() == "refused"
    assert maker.go(card).locator("#letters li").count() >= 3
    assert registrar.complaints + expert.complaints + head.complaints + maker.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_desk_breaks_a_rule_of_accessibility(visit, language):
    """Axe finds nothing on any desk in either theme; nothing is cut at 320 pixels."""
    found, wide = {}, []
    for role, address in DESKS:
        seen = visit(role=role, language=language)
        found[role, address] = _faults(seen.go(address))
        narrow = visit(role=role, language=language, width=320)
        wide += [(role, address)] if _overflow(narrow.go(address)) > 0 else []
        assert seen.complaints + narrow.complaints == []
    found["clock"] = _faults(visit(language=language, role="registrar").go(_clock(visit)))
    assert ({place: faults for place, faults in found.items() if faults}, wide) == ({}, [])


def test_the_board_is_narrowed_without_reloading(visit):
    """Choosing what presses swaps the columns and keeps the address a permalink."""
    seen = visit(role="registrar", language="en")
    page = seen.go("/board/")
    page.evaluate("window.stays = true")
    with page.expect_response(re.compile("press=late")):
        page.select_option("#f-press", "late")
    page.wait_for_url(re.compile("press=late"))
    page.wait_for_function("document.querySelectorAll('.work:not(.work-late)').length === 0")
    assert page.evaluate("window.stays") is True and page.locator(".work-late").count() >= 1
    assert seen.complaints == []


def _move(seen, card, verb, *, ticks=(), **fields):
    """Open a move's form on the card, fill it in and send it; the page that answers is the card again."""
    page = seen.go(card)
    page.click(f"#do-{verb} > summary")
    for name in ticks:
        page.locator(f"input[name='{verb}.{name}']").first.check()
    for name, text in fields.items():
        page.fill(f"[name='{verb}.{name}']", text)
    if page.locator(f"[name='{verb}.confirm']").count():
        page.check(f"[name='{verb}.confirm']")
    seen.follow(f"#do-{verb} button.button")
    assert page.locator(".alert-success, .alert").first.is_visible() and page.locator("#errors").count() == 0


def _clock(visit):
    return visit(role="registrar").go("/board/?press=late").locator(".due-day").first.get_attribute("href")


def _numbers(page):
    return set(re.findall(r'href="/filings/(\d{4}-\d{6})/"', page.content()))
