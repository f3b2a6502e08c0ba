# SPDX-License-Identifier: Apache-2.0
"""A device's year as a calendar: how much arrived on each day, and what share of it failed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from nadzor.portal.charts import figure, order
from nadzor.portal.counts import Counts, span
from nadzor.portal.figures import Figure
from nadzor.portal.sheets import Table, columns, line
from nadzor.portal.words import day, month, number, share

WEEKS = 26
WEEK = timedelta(days=7)


def calendar_figure(device: str, counts: Counts, last: date, *, theme: str, site: str = "") -> Figure | None:
    """Half a year of days; None before the first study."""
    first = last - timedelta(days=last.weekday()) - (WEEKS - 1) * WEEK
    asked: dict[str, Any] = {
        "device": device, "site": site or None, "since": first, "until": last + timedelta(days=1),
    }  # fmt: skip
    studies, failed = (dict(counts.daily(measure, **asked)) for measure in ("studies", "failed"))
    if not studies:
        return None
    days = span(max(first, min(studies)), last + timedelta(days=1))
    names = _weekdays()
    facts = {
        "days": [_cell(each, names, studies.get(each, 0), failed.get(each, 0)) for each in days],
        "weekdays": names,
        "volume_word": _("studies a day"),
        "share_word": _("share failed"),
    }
    made = order("heatmap", facts, digest=counts.digest, device=device)
    words = (_("Volume and failures as a calendar"), _sentence(days, studies, failed))
    table = _table(days, studies, failed)
    return figure(made, theme=theme, words=words, table=table, height=360)


def _weekdays() -> list[str]:
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]


def _cell(each: date, names: list[str], n: int, failed: int) -> dict[str, Any]:
    monday = each - timedelta(days=each.weekday())
    return {
        "day": monday.isoformat(), "after": (monday + WEEK).isoformat(), "weekday": names[each.weekday()],
        "n": n, "share": failed / n if n else None,
    }  # fmt: skip


def _sentence(days: list[date], studies: dict[date, int], failed: dict[date, int]) -> str:
    empty = sum(not studies.get(each) for each in days if each.weekday() < 5)
    busiest = max(days, key=lambda each: studies.get(each, 0))
    total = sum(studies.values())
    facts = {
        "empty": number(empty), "n": number(studies.get(busiest, 0)), "on": day(busiest),
        "share": share(sum(failed.values()) / total if total else None, 2),
    }  # fmt: skip
    return (
        _(
            "Weekdays without a study: %(empty)s; the busiest day was %(on)s with %(n)s; "
            "%(share)s of all studies failed."
        )
        % facts
    )


def _table(days: list[date], studies: dict[date, int], failed: dict[date, int]) -> Table:
    """By month: a day by day table of half a year is the chart itself."""
    sums: dict[tuple[int, int], list[int]] = {}
    for each in days:
        row = sums.setdefault((each.year, each.month), [0, 0, 0])
        row[0] += studies.get(each, 0)
        row[1] += failed.get(each, 0)
        row[2] += not studies.get(each)
    head = columns(
        _("Month"),
        _("Studies"),
        _("Failed"),
        _("Share failed"),
        _("Days without a study"),
        numbers=(1, 2, 3, 4),
    )
    lines = [
        line(month(*key), number(n), number(bad), share(bad / n if n else None, 2), number(empty))
        for key, (n, bad, empty) in reversed(sums.items())
    ]
    return Table(_("Volume and failures as a calendar"), head, lines)
