# SPDX-License-Identifier: Apache-2.0
"""The control chart of any finding whose figure can be counted day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.detect.finding import Finding
from nadzor.portal.charts import figure, order
from nadzor.portal.counts import Counts
from nadzor.portal.figures import Figure
from nadzor.portal.sheets import Table, columns, line
from nadzor.portal.words import day, number, said, share
from nadzor.register import queries as register
from nadzor.vigilance.control import Point, points_of
from nadzor.vigilance.lately import Day, baseline_of, days_of, where_of
from nadzor.vigilance.measured import Measured

BEFORE = timedelta(days=120)
AFTER = timedelta(days=30)


def stream(finding: Finding, what: Measured, counts: Counts) -> list[Day]:
    """The days of a finding's figure, from its baseline to its last days."""
    start = finding.located.day if finding.located else finding.first_day
    since = min(finding.baseline.first or start, start - BEFORE)
    by = ("bin",) if what.shape == "bins" else ()
    asked: dict[str, Any] = where_of(finding, what) | {"since": since, "until": _after(finding, counts)}
    return days_of(what, {name: counts.daily(name, by=by, **asked) for name in (*what.over, *what.under)})


def control_figure(finding: Finding, what: Measured, counts: Counts, *, theme: str) -> Figure | None:
    """Points, centre and limits; None where there is nothing to measure against."""
    days = stream(finding, what, counts)
    centre = baseline_of(finding, what, days)
    if centre is None or not days:
        return None
    start = (finding.located.day if finding.located else finding.first_day) - BEFORE
    seen = [each for each in days if each.day >= start]
    points = points_of(seen, shape=what.shape, centre=centre, phi=max(finding.over_dispersion, 1.0))
    facts = {
        "points": [_plotted(each) for each in points],
        "centre": centre,
        "format": ".1~%" if what.shape == "share" else ".1~f",
        "title": said(what.label),
        "firsts": [_mark(finding.first_day, points)],
        "releases": _releases(finding.device, points),
    }
    made = order("control", facts, digest=counts.digest, device=finding.device)
    words = (_title(what), _sentence(finding, what, points, centre))
    return figure(made, theme=theme, words=words, table=_table(what, points), height=260)


def written(what: Measured, value: float) -> str:
    """A value of a figure: a share as per cent, anything else as a number."""
    return share(value, 2) if what.shape == "share" else number(value, 2)


def _after(finding: Finding, counts: Counts) -> date:
    last = counts.last_day(finding.first_day + AFTER)
    return max(last, finding.first_day) + timedelta(days=1)


def _title(what: Measured) -> str:
    label = said(what.label)
    return _("%(what)s by day, with control limits") % {"what": label[:1].upper() + label[1:]}


def _sentence(finding: Finding, what: Measured, points: list[Point], centre: float) -> str:
    outside = sum(each.is_outside for each in points)
    facts = {
        "n": number(outside),
        "of": number(len(points)),
        "centre": written(what, centre),
        "first": day(finding.first_day),
    }
    return (
        ngettext(
            "%(n)s of %(of)s points lies beyond the limits about %(centre)s; alarm on %(first)s.",
            "%(n)s of %(of)s points lie beyond the limits about %(centre)s; alarm on %(first)s.",
            outside,
        )
        % facts
    )


def _plotted(point: Point) -> dict[str, Any]:
    return {
        "day": point.day.isoformat(), "after": point.after.isoformat(), "value": point.value,
        "low": point.low, "high": point.high, "outside": point.is_outside,
    }  # fmt: skip


def _mark(at: date, points: list[Point]) -> dict[str, Any]:
    first, after = points[0].day, points[-1].after
    word = _("alarm %(d)s") % {"d": day(at)}
    return {"day": at.isoformat(), "word": word, "late": (at - first) * 2 > after - first}


def _releases(device: str, points: list[Point]) -> list[dict[str, Any]]:
    first, after = points[0].day, points[-1].after
    return [
        {
            "day": each.released_on.isoformat(),
            "word": each.version,
            "late": (each.released_on - first) * 2 > after - first,
        }
        for each in (register.versions(device) if device else ())
        if first <= each.released_on < after
    ]


def _table(what: Measured, points: list[Point]) -> Table:
    head = columns(
        _("Since"),
        said(what.label),
        _("Lower limit"),
        _("Upper limit"),
        _("Observations"),
        numbers=(1, 2, 3, 4),
    )
    lines = [
        line(
            day(each.day), written(what, each.value), written(what, each.low), written(what, each.high),
            number(each.n),
        )
        for each in reversed(points)
    ]  # fmt: skip
    return Table(_title(what), head, lines)
