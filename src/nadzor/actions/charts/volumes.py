# SPDX-License-Identifier: Apache-2.0
"""Studies a day, stacked by software version."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look
from nadzor.actions.charts.parts import day_bars, marked_days, records


def draw_volumes(facts: dict[str, Any], look: Look) -> alt.LayerChart:
    """Facts: days of {day, version, n}; versions in order of release; releases of {day, word}."""
    versions = facts["versions"]
    colours = look.palette.series
    scale = alt.Scale(
        domain=versions, range=[colours[place % len(colours)] for place in range(len(versions))]
    )
    bars = day_bars(
        alt.Chart(records(_stacked(facts["days"], versions))),
        look,
        high="high",
        low="low",
        title=look.says("исследований в день", "studies a day"),
    ).encode(color=alt.Color("version:N", scale=scale, sort=versions))
    marks = marked_days(facts["releases"], look, colour=look.palette.ink_soft, dash=(3, 3))
    return alt.layer(bars, *([marks] if marks is not None else [])).properties(width=look.across, height=190)


def _stacked(days: list[dict[str, Any]], versions: list[str]) -> list[dict[str, Any]]:
    """Each day's counts set on one another in the order of versions."""
    tops: dict[str, int] = {}
    stacked = []
    for row in sorted(days, key=lambda row: (row["day"], versions.index(row["version"]))):
        low = tops.get(row["day"], 0)
        tops[row["day"]] = low + row["n"]
        stacked.append({**row, "low": low, "high": tops[row["day"]]})
    return stacked
