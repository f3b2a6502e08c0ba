# SPDX-License-Identifier: Apache-2.0
"""Pieces that several charts share: the axis of days, axes of shares, lines that mark a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt

from nadzor.actions.charts.look import Look

DAY_MS = 86_400_000
EPOCH = date(1970, 1, 1).toordinal()


def records(rows: Sequence[dict[str, Any]]) -> alt.Data:
    """Plot-ready rows as inline records; an ISO `day` becomes a moment, `after` the next day unless given.

    Why: moments need no parsing rule; two views of one source with such a rule lose it (Vega-Lite 6).
    """
    return alt.Data(values=[_timed(row) for row in rows])


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    start = _moment(row["day"])
    stop = _moment(row["after"]) if "after" in row else start + DAY_MS
    return {**row, "day": start, "after": stop, "noon": start + DAY_MS // 2}


def _moment(day: str) -> int:
    return (date.fromisoformat(day).toordinal() - EPOCH) * DAY_MS


def day_axis(look: Look, *, labels: bool = True, field: str = "day") -> alt.X:
    """The axis of days; points stand at `noon`, bars run from `day` to `after`."""
    ticks = 5 if look.is_narrow else 10
    axis = alt.Axis(
        format=look.day_format, tickCount=ticks, title=None, labels=labels, ticks=labels, labelOverlap=True
    )
    return alt.X(f"{field}:T", axis=axis, scale=alt.Scale(type="utc", nice=False))


def share_axis(field: str, title: str) -> alt.Y:
    """An axis of shares as per cent."""
    return alt.Y(f"{field}:Q", title=title, axis=alt.Axis(format=".1~%", tickCount=4))


def marked_days(
    rows: Sequence[dict[str, Any]], look: Look, *, colour: str, dash: Sequence[int], row: int = 0
) -> alt.LayerChart | None:
    """Vertical lines at days, each with its word above the plot; `late` words grow to the left.

    Units: `row` counts lines of words, 0 nearest the plot.
    """
    layers = []
    for is_late in (False, True):
        near = [mark for mark in rows if bool(mark.get("late")) is is_late]
        if near:
            marks = alt.Chart(records(near)).encode(x=day_axis(look))
            layers.append(marks.mark_rule(color=colour, strokeWidth=1.5, strokeDash=list(dash)))
            layers.append(_words(marks, colour=colour, row=row, is_late=is_late))
    return alt.layer(*layers) if layers else None


def _words(marks: alt.Chart, *, colour: str, row: int, is_late: bool) -> alt.Chart:
    side, shift = ("right", 3) if is_late else ("left", -3)
    words = marks.mark_text(color=colour, align=side, dx=shift, baseline="bottom", fontSize=12)
    return words.encode(y=alt.value(-7 - 15 * row), text="word:N")


def day_bars(
    days: alt.Chart, look: Look, *, high: str, title: str, low: str = "", labels: bool = True
) -> alt.Chart:
    """One bar a day, exactly a day wide, from `low` (or zero) to `high`."""
    foot = {"y2": f"{low}:Q"} if low else {"y2": alt.Y2Datum(0)}
    return days.mark_rect().encode(
        x=day_axis(look, labels=labels),
        x2="after:T",
        y=alt.Y(f"{high}:Q", title=title, axis=alt.Axis(tickCount=4)),
        **foot,
    )
