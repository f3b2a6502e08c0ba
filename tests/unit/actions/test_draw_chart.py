# SPDX-License-Identifier: Apache-2.0
"""Charts are ordered by content, drawn once, and drawn the same everywhere."""

from __future__ import annotations

import os
import re
import socket
from xml.etree import ElementTree

import pytest

from nadzor.actions.charts.look import PALETTES, THEMES, WIDTHS, Look
from nadzor.actions.draw_chart import Order, draw_chart, order_chart, render, sweep_charts
from nadzor.base.problems import Refusal

DAYS = ["2026-10-01", "2026-10-02", "2026-10-03"]
MARK = {"day": "2026-10-02", "word": "версия 2.0", "late": True}
FACTS = {
    "trend": {"days": [{"day": day, "studies": 9, "share": 0.1, "mean": 9.0} for day in DAYS]},
    "volumes": {
        "days": [{"day": day, "version": "1.0", "n": 5} for day in DAYS],
        "versions": ["1.0"],
        "releases": [],
    },
    "rate": {
        "days": [{"day": day, "share": 0.1, "score": 1.0} for day in DAYS],
        "baseline": 0.05,
        "threshold": 3.0,
        "threshold_word": "порог",
        "releases": [MARK],
        "firsts": [MARK | {"late": False}],
        "share_word": "доля",
        "score_word": "сумма",
    },
    "silence": {
        "days": [{"day": day, "n": 3} for day in DAYS],
        "expected": 3,
        "firsts": [],
        "gap": [{"day": "2026-10-02", "after": "2026-10-04"}],
    },
    "lanes": {
        "spans": [{"lane": "i-1", "version": "1.0", "day": "2026-10-01", "after": "2026-10-04"}],
        "versions": ["1.0"],
        "lanes": ["i-1"],
        "unregistered": ["1.0"],
    },
    "control": {
        "points": [
            {"day": day, "after": "2026-10-04", "value": 0.1, "low": 0.0, "high": 0.2, "outside": True}
            for day in DAYS
        ],
        "centre": 0.1,
        "format": ".1~%",
        "title": "доля",
        "releases": [MARK],
        "firsts": [MARK | {"late": False}],
    },
    "fleet": {
        "rows": [
            {"label": name, "value": 0.1, "low": 0.0, "high": 0.2, "mine": name == "Б"} for name in ("А", "Б")
        ],
        "labels": ["А", "Б"],
        "median": 0.1,
        "format": ".1~%",
        "title": "доля",
    },
    "funnel": {
        "sites": [{"label": "s-1", "n": 90.0, "share": 0.3, "outside": True}],
        "limits": [{"n": float(n), "low": 0.0, "high": 0.2} for n in (1, 50, 100)],
        "centre": 0.1,
        "title": "доля",
        "across": "наблюдений",
    },
    "heatmap": {
        "days": [
            {"day": "2026-10-05", "after": "2026-10-12", "weekday": name, "n": 4, "share": 0.1}
            for name in ("пн", "вт")
        ],
        "weekdays": ["пн", "вт"],
        "volume_word": "исследований",
        "share_word": "доля",
    },
    "ridge": {
        "weeks": ["05.10", "12.10"],
        "hills": [
            {"place": place, "score": 50.0 * group, "share": 0.5, "marked": place == 1, "title": "место"}
            for place in range(2)
            for group in range(3)
        ],
    },
    "claims": {
        "labels": ["Отёк, AUC"],
        "rows": [
            {
                "label": "Отёк, AUC",
                "measured": 0.9,
                "low": 0.8,
                "high": 0.95,
                "declared": 0.91,
                "bound": 0.88,
                "verdict": "untestable",
            }
        ],
    },
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("chart", sorted(FACTS))
def test_every_chart_draws_in_each_theme_and_width(chart, theme, width):
    """A drawing is well-formed SVG in the colours of its theme, with no style that a policy blocks."""
    svg = render(chart, FACTS[chart], Look("ru", theme, width))
    root = ElementTree.fromstring(svg)
    assert int(float(root.attrib["width"])) <= (420 if width == "narrow" else 1000)
    assert PALETTES[theme].ink_soft in svg.decode()
    assert b"style=" not in svg and b"<script" not in svg


def test_drawing_needs_no_network(monkeypatch):
    """With every socket forbidden the drawing is the same, Cyrillic included."""
    look = Look("ru", "light", "wide")
    before = render("rate", FACTS["rate"], look)
    monkeypatch.setattr(socket, "socket", None)
    assert render("rate", FACTS["rate"], look) == before
    assert "порог" in before.decode() and "DejaVu Sans" in before.decode()


def test_words_and_numbers_follow_the_language():
    """Russian has its decimal comma and its words, English its own."""
    ru, en = (
        render("trend", FACTS["trend"], Look(language, "light", "wide")).decode() for language in ("ru", "en")
    )
    assert "исследований в день" in ru and "studies a day" in en
    assert re.search(r">\d,\d%<", ru.replace("\u00a0", "")) or "," in ru


def test_an_order_is_named_by_what_it_shows(home):
    """Equal orders have one name; another digest, language or figure has another."""
    order = Order("trend", "ru", "d1", FACTS["trend"], device="ai-001")
    names = order_chart(home, order)
    assert set(names) == {(theme, width) for theme in THEMES for width in WIDTHS}
    assert order_chart(home, order) == names
    others = (
        Order("trend", "en", "d1", FACTS["trend"], device="ai-001"),
        Order("trend", "ru", "d2", FACTS["trend"], device="ai-001"),
        Order("trend", "ru", "d1", {"days": FACTS["trend"]["days"][:1]}, device="ai-001"),
        Order("trend", "ru", "d1", FACTS["trend"]),
    )
    assert (
        len({order_chart(home, other)["light", "wide"] for other in others} | {names["light", "wide"]}) == 5
    )


def test_a_chart_is_drawn_once_and_says_whose_it_is(home):
    """The second request reads the file; the device decides who may look."""
    name = order_chart(home, Order("lanes", "en", "d1", FACTS["lanes"], device="ai-007"))["dark", "narrow"]
    first = draw_chart(home, name)
    (home.charts / f"{name}.svg").write_bytes(b"<svg/>")
    assert (first.device, draw_chart(home, name).svg) == ("ai-007", b"<svg/>")


@pytest.mark.parametrize(
    "name", ["nonsense", "0" * 64 + "-light-wide", "../keys/log.key", "0" * 64 + "-pink-wide"]
)
def test_what_nobody_ordered_is_refused(home, name):
    """No name reaches a file that is not an ordered chart."""
    with pytest.raises(Refusal) as refused:
        draw_chart(home, name)
    assert refused.value.code == "portal.chart-unknown"


def test_sweeping_keeps_the_newest(home):
    """The oldest files beyond the number kept go; all of them could be made again."""
    for age, name in enumerate(("new", "middle", "old")):
        path = home.charts / f"{name}.svg"
        path.write_bytes(b"<svg/>")
        os.utime(path, (1_000 - age, 1_000 - age))
    assert sweep_charts(home, keep=2) == 1
    assert sorted(path.name for path in home.charts.iterdir()) == ["middle.svg", "new.svg"]
