# SPDX-License-Identifier: Apache-2.0
"""Declared against measured: an interval for what was measured, a tick for what was declared."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look

LANE = 30


def draw_claims(facts: dict[str, Any], look: Look) -> alt.LayerChart:
    """Facts: rows of {label, measured, low, high, declared, bound, verdict}; labels in order."""
    colours = look.palette
    rows = alt.Chart(alt.Data(values=facts["rows"]))
    lane = alt.Y("label:N", sort=facts["labels"], title=None, axis=alt.Axis(labelLimit=260, labels=True))
    across = alt.X(
        "low:Q", title=None, axis=alt.Axis(format=".2f", grid=True), scale=alt.Scale(zero=False, nice=True)
    )
    tone = alt.Color(
        "verdict:N",
        legend=None,
        scale=alt.Scale(
            domain=["consistent", "contradicted", "untestable"],
            range=[colours.good, colours.alarm, colours.ink_soft],
        ),
    )
    bar = rows.mark_rule(strokeWidth=3).encode(x=across, x2="high:Q", y=lane, color=tone)
    point = rows.mark_point(filled=True, size=70, opacity=1).encode(x="measured:Q", y=lane, color=tone)
    bound = rows.mark_tick(thickness=2, size=18, color=colours.ink).encode(x="bound:Q", y=lane)
    declared = rows.mark_point(
        shape="diamond", size=70, filled=False, stroke=colours.ink, strokeWidth=1.5
    ).encode(x="declared:Q", y=lane)
    height = max(1, len(facts["labels"])) * LANE
    width = look.across - (130 if look.is_narrow else 190)
    return (bar + bound + declared + point).properties(width=width, height=height)
