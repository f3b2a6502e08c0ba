# SPDX-License-Identifier: Apache-2.0
"""A calendar: one cell a day, weeks across and weekdays down; volume above, the share that failed below."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look
from nadzor.actions.charts.parts import day_axis, records


def draw_heatmap(facts: dict[str, Any], look: Look) -> alt.VConcatChart:
    """Facts: days of {day (a Monday), after, weekday, n, share}; weekdays; volume_word, share_word."""
    colours = look.palette
    days = alt.Chart(records(facts["days"]))
    ramp = {"volume": [colours.band, colours.main], "share": [colours.rule, colours.alarm]}
    upper = _panel(days, facts, look, field="n", words=(facts["volume_word"], ramp["volume"], ".0f"))
    lower = _panel(days, facts, look, field="share", words=(facts["share_word"], ramp["share"], ".1~%"))
    return alt.vconcat(upper, lower, spacing=14).resolve_scale(color="independent", x="shared")


def _panel(
    days: alt.Chart, facts: dict[str, Any], look: Look, *, field: str, words: tuple[str, list[str], str]
) -> alt.LayerChart:
    title, ramp, form = words
    colour = alt.Color(
        f"{field}:Q",
        scale=alt.Scale(range=ramp),
        legend=alt.Legend(
            title=title, orient="top", titleAnchor="start", gradientLength=140, gradientThickness=9,
            format=form, tickCount=2,
        ),
    )  # fmt: skip
    lane = alt.Y("weekday:N", sort=facts["weekdays"], title=None, scale=alt.Scale(padding=0.06))
    cells = days.mark_rect().encode(x=day_axis(look), x2="after:T", y=lane, color=colour)
    return cells.properties(width=look.across - 36, height=7 * (13 if look.is_narrow else 15))
