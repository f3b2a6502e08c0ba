# SPDX-License-Identifier: Apache-2.0
"""Studies a day, and below them the share that failed."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look
from nadzor.actions.charts.parts import day_axis, day_bars, records, share_axis


def draw_trend(facts: dict[str, Any], look: Look) -> alt.VConcatChart:
    """Facts: days of {day, studies, share, mean}; `mean` is the seven-day mean of studies."""
    days = alt.Chart(records(facts["days"]))
    colours = look.palette
    bars = day_bars(
        days, look, high="studies", title=look.says("исследований в день", "studies a day"), labels=False
    )
    bars = bars.encode(color=alt.value(colours.band))
    mean = days.mark_line(color=colours.main, strokeWidth=2).encode(
        x=day_axis(look, labels=False, field="noon"), y="mean:Q"
    )
    failed = days.mark_line(color=colours.alarm, strokeWidth=1.5).encode(
        x=day_axis(look, field="noon"), y=share_axis("share", look.says("доля отказов", "share failed"))
    )
    upper = (bars + mean).properties(width=look.across, height=150)
    return alt.vconcat(upper, failed.properties(width=look.across, height=70), spacing=8).resolve_scale(
        x="shared"
    )
