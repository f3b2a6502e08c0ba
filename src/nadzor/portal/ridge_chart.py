# SPDX-License-Identifier: Apache-2.0
"""Scores week by week, by their place among the registered bins."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.charts import figure, order
from nadzor.portal.counts import Counts
from nadzor.portal.figures import Figure
from nadzor.portal.sheets import Table, columns, line
from nadzor.portal.words import day, number, share
from nadzor.register import queries as register

GROUPS = 20
WEEKS = 20
LEAST = 30
"""Scores a week below which no hill is drawn."""


class Scores(Struct, frozen=True, kw_only=True):
    """Whose scores: of which finding, perhaps of one version or part, until which day, marked since which."""

    device: str
    finding: str
    label: str
    version: str = ""
    part: tuple[str, str] = ("all", "")
    since: date | None = None
    until: date


class Week(dict[int, float]):
    """Scores of one week by group, from the lowest; a bin that lies in two groups counts in both by parts."""

    def total(self) -> float:
        """All scores of the week."""
        return sum(self.values())

    def spread(self, place: int, bins: int, n: int) -> None:
        """Add the scores of one of so many bins.

        Why by parts: fifty bins in twenty groups whole would make a wave that is in no data.
        """
        low, high = place * GROUPS / bins, (place + 1) * GROUPS / bins
        for group in range(int(low), min(GROUPS, ceil(high))):
            part = (min(high, group + 1) - max(low, group)) / (high - low)
            self[group] = self.get(group, 0.0) + n * part


def weeks_of(counts: Counts, asked_for: Scores) -> dict[date, Week]:
    """The scores of the last weeks, each registered bin put into one of twenty groups."""
    device, finding, until = asked_for.device, asked_for.finding, asked_for.until
    edges = register.bins().get((device, finding), ())
    last = until - timedelta(days=until.weekday())
    first = last - timedelta(weeks=WEEKS - 1)
    found: dict[date, Week] = {}
    asked: dict[str, Any] = {"device": device, "finding": finding, "version": asked_for.version or None}
    dimension, stratum = asked_for.part
    asked |= {"dimension": dimension, "stratum": stratum or None}
    for when, place, n in counts.daily("scores", by=("bin",), since=first, until=until, **asked):
        monday = when - timedelta(days=when.weekday())
        found.setdefault(monday, Week()).spread(min(place, len(edges)), len(edges) + 1, n)
    return {monday: week for monday, week in sorted(found.items()) if week.total() >= LEAST}


def ridge_figure(counts: Counts, asked_for: Scores, *, theme: str) -> Figure | None:
    """One hill a week, those since the change marked; None where fewer than three weeks have scores."""
    weeks, since = weeks_of(counts, asked_for), asked_for.since
    if len(weeks) < 3:
        return None
    facts = {"weeks": [_short(monday) for monday in weeks], "hills": list(_hills(weeks, since))}
    made = order("ridge", facts, digest=counts.digest, device=asked_for.device)
    words = (_("%(label)s: scores week by week") % {"label": asked_for.label}, _sentence(weeks, since))
    return figure(made, theme=theme, words=words, table=_table(weeks), height=60 + 16 * (len(weeks) + 2))


def _hills(weeks: dict[date, Week], since: date | None) -> Any:
    title = _("registered bins of the score, from the lowest to the highest, %")
    for place, (monday, week) in enumerate(weeks.items()):
        total, marked = week.total(), since is not None and monday + timedelta(days=6) >= since
        for group in range(GROUPS):
            yield {
                "place": place, "score": 100 * (group + 0.5) / GROUPS, "share": week.get(group, 0.0) / total,
                "marked": marked, "title": title,
            }  # fmt: skip


def _short(monday: date) -> str:
    return f"{monday.day:02d}.{monday.month:02d}"


def _mean(week: Week) -> float:
    return sum(100 * (group + 0.5) / GROUPS * n for group, n in week.items()) / week.total()


def _sentence(weeks: dict[date, Week], since: date | None) -> str:
    mondays = list(weeks)
    turn = next(
        (at for at, monday in enumerate(mondays) if since and monday + timedelta(days=6) >= since), None
    )
    turn = turn if turn else max(1, len(mondays) - 4)
    before, after = Week(), Week()
    for at, monday in enumerate(mondays):
        _add(before if at < turn else after, weeks[monday])
    facts = {"was": number(_mean(before), 1), "now": number(_mean(after), 1), "since": day(mondays[turn])}
    return (
        _(
            "Since the week of %(since)s a score stands on average at place %(now)s of 100 among the "
            "registered bins, before it stood at %(was)s."
        )
        % facts
    )


def _add(all_weeks: Week, week: Week) -> None:
    for group, n in week.items():
        all_weeks[group] = all_weeks.get(group, 0.0) + n


def _edge(week: Week, *groups: int) -> float:
    return sum(week.get(group, 0.0) for group in groups) / week.total()


def _table(weeks: dict[date, Week]) -> Table:
    head = columns(
        _("Week of"), _("Scores"), _("Mean place"), _("In the upper tenth"), _("In the lower tenth"),
        numbers=(1, 2, 3, 4),
    )  # fmt: skip
    lines = [
        line(
            day(monday), number(week.total()), number(_mean(week), 1),
            share(_edge(week, GROUPS - 1, GROUPS - 2)),
            share(_edge(week, 0, 1)),
        )
        for monday, week in reversed(weeks.items())
    ]  # fmt: skip
    return Table(_("Scores week by week"), head, lines)
