# SPDX-License-Identifier: Apache-2.0
"""Which version ran where and when: one lane an installation, one bar a version."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look
from nadzor.actions.charts.parts import day_axis, records

LANE = 26


def draw_lanes(facts: dict[str, Any], look: Look) -> alt.LayerChart:
    """Facts: spans of {lane, version, day, after}; versions by release; lanes; unregistered versions."""
    versions, unregistered = facts["versions"], set(facts["unregistered"])
    colours = look.palette
    fills = [
        colours.alarm if version in unregistered else colours.series[place % len(colours.series)]
        for place, version in enumerate(versions)
    ]
    spans = alt.Chart(records(facts["spans"]))
    bars = spans.mark_bar(height=16).encode(
        x=day_axis(look),
        x2="after:T",
        y=alt.Y(
            "lane:N", sort=facts["lanes"], title=None, axis=alt.Axis(labelFont="monospace", labelLimit=170)
        ),
        color=alt.Color("version:N", scale=alt.Scale(domain=versions, range=fills), sort=versions),
    )
    height = max(1, len(facts["lanes"])) * LANE
    return alt.layer(bars).properties(width=look.across - (65 if look.is_narrow else 130), height=height)
