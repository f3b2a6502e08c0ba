# SPDX-License-Identifier: Apache-2.0
"""How much a device does: studies a day, stacked by version, with the releases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from nadzor.portal.charts import figure, order
from nadzor.portal.counts import Counts
from nadzor.portal.figures import Figure
from nadzor.portal.sheets import Table, columns, line
from nadzor.portal.words import day, number, share
from nadzor.register import queries as register

DAYS = 120


def volume_figure(code: str, counts: Counts, last: date, *, theme: str) -> Figure:
    """The figure of a device's volumes."""
    first = last - timedelta(days=DAYS - 1)
    rows = counts.daily("studies", by=("version",), device=code, since=first, until=last + timedelta(days=1))
    released = {each.version: each.released_on for each in register.versions(code)}
    versions = sorted(
        {version for _day, version, _n in rows}, key=lambda each: (released.get(each, date.max), each)
    )
    facts = {
        "days": [{"day": d.isoformat(), "version": version, "n": n} for d, version, n in rows],
        "versions": versions,
        "releases": _releases(released, first, last),
    }
    made = order("volumes", facts, digest=counts.digest, device=code)
    words = (_("Studies a day by version, %(n)s days") % {"n": DAYS}, _sentence(rows, versions))
    return figure(made, theme=theme, words=words, table=_table(rows, versions), height=250)


def _releases(released: dict[str, date], first: date, last: date) -> list[dict[str, Any]]:
    return [
        {"day": on.isoformat(), "word": version, "late": (on - first) * 2 > last - first}
        for version, on in sorted(released.items(), key=lambda item: item[1])
        if first <= on <= last
    ]


def _sentence(rows: tuple[tuple[Any, ...], ...], versions: list[str]) -> str:
    total = sum(n for _day, _version, n in rows)
    if not total:
        return _("Not one study arrived in these days.")
    newest = sum(n for _day, version, n in rows if version == versions[-1])
    facts = {
        "total": number(total),
        "days": number(len({d for d, _version, _n in rows})),
        "version": versions[-1],
        "share": share(newest / total),
    }
    if len(versions) == 1:
        return _("%(total)s studies on %(days)s days, all by version %(version)s.") % facts
    return _("%(total)s studies on %(days)s days; version %(version)s did %(share)s of them.") % facts


def _table(rows: tuple[tuple[Any, ...], ...], versions: list[str]) -> Table:
    cells = {(d, version): n for d, version, n in rows}
    days = sorted({d for d, _version, _n in rows}, reverse=True)
    head = columns(_("Day"), *versions, numbers=range(1, len(versions) + 1))
    lines = [line(day(d), *(number(cells.get((d, version), 0)) for version in versions)) for d in days]
    return Table(_("Studies by day and version"), head, lines)
