# SPDX-License-Identifier: Apache-2.0
"""A device among its peers: one dot with its interval for each, the device itself marked."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look

LANE = 22


def draw_fleet(facts: dict[str, Any], look: Look) -> alt.LayerChart:
    """Facts: rows of {label, value, low, high, mine}; labels in order; median; format; title."""
    colours = look.palette
    rows = alt.Chart(alt.Data(values=facts["rows"]))
    limit = 110 if look.is_narrow else 260
    lane = alt.Y("label:N", sort=facts["labels"], title=None, axis=alt.Axis(labelLimit=limit))
    form = alt.Axis(format=facts["format"], grid=True, tickCount=3 if look.is_narrow else 5)
    across = alt.X("low:Q", title=facts["title"], axis=form, scale=alt.Scale(zero=False))
    tone = alt.condition("datum.mine", alt.value(colours.alarm), alt.value(colours.main))
    bars = rows.mark_rule(strokeWidth=2).encode(x=across, x2="high:Q", y=lane, color=tone)
    dots = rows.mark_point(filled=True, opacity=1).encode(
        x="value:Q",
        y=lane,
        color=tone,
        shape=alt.condition("datum.mine", alt.value("diamond"), alt.value("circle")),
        size=alt.condition("datum.mine", alt.value(110), alt.value(45)),
    )
    middle = alt.Chart(alt.Data(values=[{"x": facts["median"]}])).mark_rule(
        color=colours.ink_soft, strokeDash=[4, 3]
    )
    width = look.across - (limit + 10 if look.is_narrow else 200)
    return alt.layer(middle.encode(x="x:Q"), bars, dots).properties(
        width=width, height=max(1, len(facts["labels"])) * LANE
    )
