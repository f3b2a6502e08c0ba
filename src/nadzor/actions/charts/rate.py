# SPDX-License-Identifier: Apache-2.0
"""A rate by day against its baseline, and the statistic of the detector against its threshold."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look
from nadzor.actions.charts.parts import day_axis, marked_days, records, share_axis


def draw_rate(facts: dict[str, Any], look: Look) -> alt.VConcatChart:
    """Facts: days of {day, share, score}; baseline, threshold; releases, firsts of {day, word}; words."""
    colours = look.palette
    days = alt.Chart(records(facts["days"]))
    points = days.mark_point(filled=True, size=14, opacity=0.75, color=colours.main).encode(
        x=day_axis(look, labels=False, field="noon"), y=share_axis("share", facts["share_word"])
    )
    base = (
        alt.Chart(alt.Data(values=[{"y": facts["baseline"]}]))
        .mark_rule(color=colours.ink_soft)
        .encode(y="y:Q")
    )
    upper = alt.layer(points, base, *_marks(facts, look)).properties(width=look.across, height=150)
    score = days.mark_line(color=colours.main, strokeWidth=1.8).encode(
        x=day_axis(look, field="noon"),
        y=alt.Y("score:Q", title=facts["score_word"], axis=alt.Axis(tickCount=3)),
    )
    limit = alt.Chart(alt.Data(values=[{"y": facts["threshold"], "word": facts["threshold_word"]}]))
    rule = limit.mark_rule(color=colours.alarm, strokeDash=[6, 3], strokeWidth=1.5).encode(y="y:Q")
    word = limit.mark_text(color=colours.alarm, align="left", dx=4, dy=-7).encode(
        y="y:Q", x=alt.value(0), text="word:N"
    )
    lower = (score + rule + word).properties(width=look.across, height=90)
    return alt.vconcat(upper, lower, spacing=10).resolve_scale(x="shared")


def _marks(facts: dict[str, Any], look: Look) -> list[Any]:
    """Releases of versions and the first day over the threshold."""
    releases = marked_days(facts["releases"], look, colour=look.palette.ink_soft, dash=(3, 3), row=1)
    first = marked_days(facts["firsts"], look, colour=look.palette.alarm, dash=())
    return [layer for layer in (releases, first) if layer is not None]
