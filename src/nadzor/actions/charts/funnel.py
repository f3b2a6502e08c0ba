# SPDX-License-Identifier: Apache-2.0
"""A funnel: the share at each site by its volume, between limits that narrow as volume grows."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look


def draw_funnel(facts: dict[str, Any], look: Look) -> alt.LayerChart:
    """Facts: sites of {label, n, share, outside}; limits of {n, low, high}; centre; title; words of axes."""
    colours = look.palette
    limits = alt.Chart(alt.Data(values=facts["limits"]))
    across = alt.X("n:Q", title=facts["across"], scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5))
    upright = alt.Y("high:Q", title=None if look.is_narrow else facts["title"], axis=alt.Axis(format=".1~%"))
    band = limits.mark_area(color=colours.band, opacity=0.6).encode(x=across, y=upright, y2="low:Q")
    centre = alt.Chart(alt.Data(values=[{"y": facts["centre"]}])).mark_rule(color=colours.ink_soft)
    sites = alt.Chart(alt.Data(values=facts["sites"]))
    dots = sites.mark_point(filled=True, size=60, opacity=1).encode(
        x="n:Q",
        y="share:Q",
        color=alt.condition("datum.outside", alt.value(colours.alarm), alt.value(colours.main)),
        shape=alt.condition("datum.outside", alt.value("triangle-up"), alt.value("circle")),
    )
    words = sites.transform_filter("datum.outside").mark_text(color=colours.alarm, dy=-10, fontSize=12)
    named = words.encode(x="n:Q", y="share:Q", text="label:N")
    return alt.layer(band, centre.encode(y="y:Q"), dots, named).properties(width=look.across, height=200)
