# SPDX-License-Identifier: Apache-2.0
"""The sites of a device in a funnel: whose share lies beyond what volume alone explains."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.detect.finding import Finding
from nadzor.portal.charts import figure, order
from nadzor.portal.counts import Counts
from nadzor.portal.figures import Figure
from nadzor.portal.sheets import Cell, Table, columns, line
from nadzor.portal.words import number, said, share
from nadzor.vigilance.measured import Measured

SIGMAS = 3.0
SITES_MIN = 3
"""Fewer sites make no funnel."""
CURVE = 40
DAYS = 90


class Site(Struct, frozen=True):
    """One site: how many were counted, and the share of them."""

    code: str
    n: float
    share: float
    is_outside: bool


def sites_of(
    what: Measured, counts: Counts, *, device: str, days: tuple[date, date], phi: float, finding: str = ""
) -> tuple[list[Site], float]:
    """Each site's share within [since, until), and the share of all together."""
    asked: dict[str, Any] = {"device": device, "since": days[0], "until": days[1], "finding": finding or None}
    over, under = (_by_site(names, counts, asked) for names in (what.over, what.under))
    total = sum(under.values())
    centre = sum(over.values()) / total if total else 0.0
    sites = [
        Site(code, n, over.get(code, 0) / n, abs(over.get(code, 0) / n - centre) > _half(centre, n, phi))
        for code, n in sorted(under.items())
        if code and n > 0
    ]
    return sites, centre


def funnel_figure(finding: Finding, what: Measured, counts: Counts, *, theme: str) -> Figure | None:
    """The funnel of the finding's device about its alarm; None where too few sites tell."""
    last = max(counts.last_day(finding.first_day + timedelta(days=30)), finding.first_day)
    days = (last - timedelta(days=DAYS - 1), last + timedelta(days=1))
    phi = max(finding.over_dispersion, 1.0)
    sites, centre = sites_of(
        what, counts, device=finding.device, days=days, phi=phi, finding=finding.finding
    )  # fmt: skip
    if len(sites) < SITES_MIN:
        return None
    widest = max(site.n for site in sites) * 1.05
    facts = {
        "sites": [
            {"label": site.code[:8], "n": site.n, "share": site.share, "outside": site.is_outside}
            for site in sites
        ],
        "limits": [_limit(centre, widest * step / CURVE, phi) for step in range(1, CURVE + 1)],
        "centre": centre,
        "title": said(what.label),
        "across": _("observations in %(n)s days") % {"n": number(DAYS)},
    }
    made = order("funnel", facts, digest=counts.digest, device=finding.device)
    words = (_("Sites of the device in a funnel"), _sentence(sites, centre))
    return figure(made, theme=theme, words=words, table=_table(what, sites), height=270)


def _by_site(names: tuple[str, ...], counts: Counts, asked: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in names:
        for site, n in counts.sums(name, by=("site",), **asked):
            found[site] = found.get(site, 0.0) + n
    return found


def _half(centre: float, n: float, phi: float) -> float:
    """Half the funnel's width.  Method: binomial limits widened by over-dispersion (Spiegelhalter 2005)."""
    return SIGMAS * sqrt(phi * centre * max(1.0 - centre, 0.0) / n)


def _limit(centre: float, n: float, phi: float) -> dict[str, float]:
    half = _half(centre, n, phi)
    return {"n": n, "low": max(0.0, centre - half), "high": min(1.0, centre + half)}


def _sentence(sites: list[Site], centre: float) -> str:
    outside = [site.code[:8] for site in sites if site.is_outside]
    facts = {"n": number(len(outside)), "of": number(len(sites)), "centre": share(centre, 2)}
    if not outside:
        return _("All %(of)s sites lie within the limits about %(centre)s.") % facts
    said = ngettext(
        "%(n)s of %(of)s sites lies beyond the limits about %(centre)s:",
        "%(n)s of %(of)s sites lie beyond the limits about %(centre)s:",
        len(outside),
    )
    return said % facts + " " + ", ".join(outside[:6])


def _table(what: Measured, sites: list[Site]) -> Table:
    head = columns(_("Site (pseudonym)"), _("Observations"), said(what.label), _("Limits"), numbers=(1, 2))
    lines = [
        line(
            Cell(site.code, mono=True), number(site.n), share(site.share, 2),
            Cell(_("beyond"), state="alarm") if site.is_outside else _("within"),
        )
        for site in sorted(sites, key=lambda each: -each.n)
    ]  # fmt: skip
    return Table(_("Sites of the device in a funnel"), head, lines)
