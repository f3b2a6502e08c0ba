# SPDX-License-Identifier: Apache-2.0
"""From the detectors to the error budget, to a device, to a baseline that an inspector sets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.base import clock

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "promise", "done"),
    [("ru", "не больше одной ложной тревоги", "Зарегистрировано"), ("en", "at most one", "Registered")],
)
def test_from_the_budget_to_a_new_baseline(visit, language, promise, done):
    """The promise is read, the device's account is followed, a form is mended and taken."""
    desk = visit(language=language)
    page = desk.go("/detectors/")
    desk.follow("a[href='/detectors/budget/']")
    assert promise in page.locator(".sentence-of").inner_text()
    desk.follow("#devices tbody a >> nth=0")
    assert page.locator("#budget tbody tr").count() > 10
    page.click("#baseline summary")
    last = clock.today() - timedelta(days=20)
    page.fill("#first", str(last - timedelta(days=40)))
    page.fill("#last", str(last))
    desk.follow("#baseline form button")
    assert page.locator("#because-error").is_visible() and page.input_value("#last") == str(last)
    page.fill("#because", f"Usual days, {language}.")
    desk.follow("#baseline form button")
    assert done in page.locator("main").inner_text()
    assert f"Usual days, {language}." in page.locator("#baseline .facts").inner_text()
    assert all("422" in each for each in desk.complaints)
