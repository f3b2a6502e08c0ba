# SPDX-License-Identifier: Apache-2.0
"""A ridge: the distribution of scores week by week, one hill behind another, the newest in front."""

from __future__ import annotations

from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look

STEP = 16
OVERLAP = 2.6


def draw_ridge(facts: dict[str, Any], look: Look) -> alt.LayerChart:
    """Facts: hills of {place, score, share, marked, title}; weeks, the words of their places."""
    colours = look.palette
    weeks = facts["weeks"]
    tallest = max((row["share"] for row in facts["hills"]), default=1.0) or 1.0
    rows = [
        {
            **row,
            "foot": len(weeks) - 1 - row["place"],
            "top": len(weeks) - 1 - row["place"] + OVERLAP * row["share"] / tallest,
        }
        for row in facts["hills"]
    ]
    layers = [_hill([row for row in rows if row["place"] == place], look) for place in range(len(weeks))]
    labels = [{"foot": len(weeks) - 1 - place, "word": word} for place, word in enumerate(weeks)]
    every = max(1, len(weeks) // (8 if look.is_narrow else 14))
    words = alt.Chart(alt.Data(values=labels[::every])).mark_text(
        align="right", dx=-6, color=colours.ink_soft
    )
    named = words.encode(x=alt.value(0), y="foot:Q", text="word:N")
    shift = 60 if look.is_narrow else 80
    return alt.layer(*layers, named).properties(
        width=look.across - shift, height=STEP * (len(weeks) + int(OVERLAP))
    )


def _title(rows: list[dict[str, Any]], look: Look) -> list[str] | None:
    """Whose axis it is; in two lines on a narrow page, which a longer one would shrink."""
    told: str = rows[0]["title"] if rows else ""
    return (told.split(", ", 1) if look.is_narrow else [told]) if told else None


def _hill(rows: list[dict[str, Any]], look: Look) -> alt.Chart:
    """One week.  Why: a chart of its own, so that the newer hill covers the older one."""
    colours = look.palette
    marked = bool(rows) and rows[0]["marked"]
    fill, edge = (colours.alarm, colours.alarm) if marked else (colours.band, colours.main)
    hill = alt.Chart(alt.Data(values=rows)).mark_area(
        fill=fill, fillOpacity=0.45 if marked else 0.8, line={"color": edge, "strokeWidth": 1.2},
        interpolate="monotone",
    )  # fmt: skip
    return hill.encode(
        x=alt.X("score:Q", title=_title(rows, look), axis=alt.Axis(tickCount=6)),
        y=alt.Y("top:Q", axis=None, stack=None),
        y2="foot:Q",
    )
