# SPDX-License-Identifier: Apache-2.0
"""A signal from the queue to its closing: inspector and maker, in both languages."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser


def test_a_signal_from_the_queue_to_its_closing(visit):
    """Taken up, merged, split, asked, answered, archived until a version, brought back, closed."""
    desk, maker = visit(language="ru"), visit(language="en", role="manufacturer_admin")
    page = desk.go("/signals/?device=ai-001")
    desk.follow(".ledger .title >> nth=0")
    card = re.sub(r".*(/signals/\d+/)$", r"\1", page.url)
    leading = re.sub(r"\D", "", card)
    if page.locator("button[value=take]").count():
        desk.follow("button[value=take]")
    assert "на рассмотрении" in page.locator(".page-head .marks").inner_text()
    _merge_and_split(desk, leading)
    page = desk.go(card)
    page.fill("#because", "Объясните рост с октября.")
    desk.follow("button[value=ask_maker]")
    _answered(maker, card)
    page = desk.go(card)
    assert "A gateway was replaced." in page.locator("#moves").inner_text()
    _archived_and_back(desk)
    _closed(visit(language="en"), card)
    assert desk.complaints == maker.complaints == []


def _merge_and_split(desk, leading):
    """Another signal is put under the first and taken out again; both name each other meanwhile."""
    page = desk.go("/signals/")
    others = page.locator(".ledger .title").evaluate_all("links => links.map(link => link.pathname)")
    other = next(path for path in others if path != f"/signals/{leading}/")
    page = desk.go(other)
    page.click("#move-merge summary")
    page.fill("#merge-leading_signal", leading)
    page.fill("#merge-because", "Один и тот же шлюз.")
    desk.follow("#move-merge button")
    assert page.locator(f"#kin a[href='/signals/{leading}/']").is_visible()
    page.fill("#because", "Шлюзы разные.")
    desk.follow("button[value=split]")
    assert page.locator("#kin").count() == 0


def _answered(maker, card):
    """The maker sees the same evidence, no button of the desk, and answers."""
    page = maker.go(card)
    assert page.locator("#evidence .hash").count() >= 4
    assert page.locator("button[name=verb]").count() == 1
    page.fill("#because", "A gateway was replaced.")
    maker.follow("button[value=answer]")
    assert "under review" in page.locator(".page-head .marks").inner_text()


def _archived_and_back(desk):
    """Put off until a version that is not out yet; the card says so, and it may be had back."""
    page = desk.page
    page.click("#move-archive summary")
    page.fill("#archive-archived_until", "9.9.9")
    page.fill("#archive-because", "Изготовитель готовит версию.")
    desk.follow("#move-archive button")
    assert "9.9.9" in page.locator(".facts >> nth=0").inner_text()
    page.fill("#because", "Версия отложена.")
    desk.follow("button[value=bring_back]")


def _closed(seen, card):
    """Nothing closes without a reason of the catalogue; with one the card keeps it."""
    page = seen.go(card)
    page.click("#move-explain summary")
    page.fill("#explain-because", "The gateway explains it.")
    seen.follow("#move-explain button")
    assert "move.unanswered" in page.content()
    seen.complaints.clear()  # the browser reports the refusal's status
    page = seen.go(card)
    page.click("#move-explain summary")
    page.select_option("#explain-reason_code", "transmission")
    page.fill("#explain-because", "The gateway explains it.")
    seen.follow("#move-explain button")
    assert "Transmission of data, not the device" in page.locator("#moves").inner_text()
    assert seen.complaints == []
