# SPDX-License-Identifier: Apache-2.0
"""A clinic in a browser: sees its systems, says what is missing, confirms the quarter, reads the answer."""

from __future__ import annotations

import re

import pytest

from tests.browser.test_accessible_pages import _faults, _overflow

pytestmark = pytest.mark.browser

SAID = {
    "ru": ("Второй рентгеновский аппарат, кабинет 7.", "Его подключат до конца месяца.", "примерно верно"),
    "en": ("A second X-ray unit, room 8.", "It will be connected by the end of the month.", "we did fewer"),
}
OPERATION = "/operation/"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_clinic_is_heard_and_answered(visit, language):
    """From the first page to the answer, by mouse and keyboard, and nobody learns which clinic it is."""
    told, answer, word = SAID[language]
    clinic, inspector = (visit(role=role, language=language) for role in ("clinic", "inspector"))
    page = clinic.go("/")
    assert page.url.endswith("/clinic/") and page.locator("main .facts").count() >= 1
    page.locator("#missing summary").click()
    page.fill("#q", "ai-001")
    clinic.follow("#missing form[role=search] button")
    page.locator("#missing input[name=device][value='ai-001']").check()
    page.fill("#told", told)
    clinic.follow("#missing form[method=post] button")
    assert page.locator("#claims .state-warn").count() >= 1 and told in page.locator("#claims").inner_text()
    answered = _confirm(clinic, word)
    listed = inspector.go("/clinic-words/")
    claim = listed.locator("#waiting article", has_text=told)
    assert re.search(r"\bs-[a-z2-7]{12}\b", claim.inner_text())
    claim.locator("textarea").fill(answer)
    with listed.expect_navigation():
        claim.locator("button").click()
    assert answer in listed.locator("#answered").inner_text()
    shown = clinic.go("/clinic/").locator("main").inner_text()
    assert answer in shown and (word in shown or not answered)
    assert not re.search(r"\bs-[a-z2-7]{12}\b", shown)
    assert clinic.complaints + inspector.complaints == []


def _confirm(seen, word):
    """Answer about the first installation that still waits for it; False when all have been answered."""
    form = seen.page.locator("form:has(input[name=quarter])").first
    if not form.count():
        return False
    form.get_by_label(word, exact=True).check()
    with seen.page.expect_navigation():
        form.locator("button").click()
    return True


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(
    "role, address",
    [
        ("clinic", "/clinic/?q=ai-0"),
        ("clinic", "/clinic/fields/"),
        ("inspector", "/clinic-words/?answer=all"),
        ("operator", OPERATION),
    ],
)
def test_these_pages_are_accessible(visit, language, role, address):
    """Axe is content in both themes, and nothing is wider than a telephone."""
    seen = visit(role=role, language=language)
    assert _faults(seen.go(address)) == []
    assert _overflow(visit(role=role, language=language, width=320).go(address)) <= 0
    assert seen.complaints == []
