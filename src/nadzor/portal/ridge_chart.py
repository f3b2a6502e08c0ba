# SPDX-License-Identifier: Apache-2.0
"""Scores week by week, by their place among the registered bins."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
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
    """Whose scores: of which finding, perhaps of one version, until which day, marked since which."""

    device: str
    finding: str
    label: str
    version: str = ""
    since: date | None = None
    until: date


class Week(Counter[int]):
    """Scores of one week by group."""


def weeks_of(counts: Counts, asked_for: Scores) -> dict[date, Week]:
    """The scores of the last weeks, each registered bin put into one of twenty groups."""
    device, finding, until = asked_for.device, asked_for.finding, asked_for.until
    edges = register.bins().get((device, finding), ())
    last = until - timedelta(days=until.weekday())
    first = last - timedelta(weeks=WEEKS - 1)
    found: dict[date, Week] = {}
    asked: dict[str, Any] = {"device": device, "finding": finding, "version": asked_for.version or None}
    for when, place, n in counts.daily("scores", by=("bin",), since=first, until=until, **asked):
        monday = when - timedelta(days=when.weekday())
        found.setdefault(monday, Week())[min(GROUPS - 1, place * GROUPS // (len(edges) + 1))] += n
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
                "place": place, "score": 100 * (group + 0.5) / GROUPS, "share": week[group] / total,
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
        (before if at < turn else after).update(weeks[monday])
    facts = {"was": number(_mean(before), 1), "now": number(_mean(after), 1), "since": day(mondays[turn])}
    return (
        _(
            "Since the week of %(since)s a score stands on average at place %(now)s of 100 among the "
            "registered bins, before it stood at %(was)s."
        )
        % facts
    )


def _table(weeks: dict[date, Week]) -> Table:
    head = columns(
        _("Week of"), _("Scores"), _("Mean place"), _("In the upper tenth"), _("In the lower tenth"),
        numbers=(1, 2, 3, 4),
    )  # fmt: skip
    lines = [
        line(
            day(monday), number(week.total()), number(_mean(week), 1),
            share((week[GROUPS - 1] + week[GROUPS - 2]) / week.total()),
            share((week[0] + week[1]) / week.total()),
        )
        for monday, week in reversed(weeks.items())
    ]  # fmt: skip
    return Table(_("Scores week by week"), head, lines)
