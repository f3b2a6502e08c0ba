# SPDX-License-Identifier: Apache-2.0
"""Studies a day against what was expected, with the days of silence shaded."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look
from nadzor.actions.charts.parts import day_axis, day_bars, marked_days, records


def draw_silence(facts: dict[str, Any], look: Look) -> alt.LayerChart:
    """Facts: days of {day, n}; expected a day; gap of {day, after}; firsts of {day, word}."""
    colours = look.palette
    gap = (
        alt.Chart(records(facts["gap"]))
        .mark_rect(color=colours.alarm, opacity=0.16)
        .encode(x=day_axis(look), x2="after:T")
    )
    bars = day_bars(
        alt.Chart(records(facts["days"])),
        look,
        high="n",
        title=look.says("исследований в день", "studies a day"),
    ).encode(color=alt.value(colours.main))
    line = (
        alt.Chart(alt.Data(values=[{"y": facts["expected"]}]))
        .mark_rule(color=colours.ink_soft)
        .encode(y="y:Q")
    )
    marks = marked_days(facts["firsts"], look, colour=colours.alarm, dash=())
    return alt.layer(gap, bars, line, *([marks] if marks is not None else [])).properties(
        width=look.across, height=190
    )
