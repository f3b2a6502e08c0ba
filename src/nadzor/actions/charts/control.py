# SPDX-License-Identifier: Apache-2.0
"""A control chart: the figure by day or week, its centre, its limits, what lies beyond them."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look
from nadzor.actions.charts.parts import day_axis, marked_days, records


def draw_control(facts: dict[str, Any], look: Look) -> alt.LayerChart:
    """Facts: points of {day, after, value, low, high, outside}; centre; format; title; firsts; releases."""
    colours = look.palette
    points = alt.Chart(records(facts["points"]))
    title = facts["title"] if not look.is_narrow else None
    axis = alt.Axis(format=facts["format"], tickCount=5)
    across = day_axis(look, field="noon")
    band = points.mark_area(color=colours.band, opacity=0.6, interpolate="step").encode(
        x=across, y=alt.Y("high:Q", title=title, axis=axis, scale=alt.Scale(zero=False)), y2="low:Q"
    )
    line = points.mark_line(color=colours.main, strokeWidth=1.2, opacity=0.8).encode(x=across, y="value:Q")
    dots = points.mark_point(filled=True, opacity=1).encode(
        x=across,
        y="value:Q",
        color=alt.condition("datum.outside", alt.value(colours.alarm), alt.value(colours.main)),
        shape=alt.condition("datum.outside", alt.value("triangle-up"), alt.value("circle")),
        size=alt.condition("datum.outside", alt.value(60), alt.value(14)),
    )
    centre = alt.Chart(alt.Data(values=[{"y": facts["centre"]}])).mark_rule(color=colours.ink_soft)
    marks = [
        marked_days(facts["releases"], look, colour=colours.ink_soft, dash=(3, 3), row=1),
        marked_days(facts["firsts"], look, colour=colours.alarm, dash=()),
    ]
    layers = [band, centre.encode(y="y:Q"), line, dots, *(mark for mark in marks if mark is not None)]
    return alt.layer(*layers).properties(width=look.across, height=190)
