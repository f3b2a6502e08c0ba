# SPDX-License-Identifier: Apache-2.0
"""Public statistics: how much, how well, what was recalled, adverse events; only what was released."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.open_shelf.held import stand
from nadzor.base.problems import Refusal
from nadzor.disclosure.series import grid
from nadzor.disclosure.series import series as series_of
from nadzor.disclosure.tables import PublicTable
from nadzor.portal.choices import choices
from nadzor.portal.frame import house
from nadzor.portal.sheets import Crumb, Fact
from nadzor.portal.statistics_cells import measured, period_label
from nadzor.portal.statistics_recalls import recalls
from nadzor.portal.words import day, language, moment, said
from nadzor.records.releases import ReleaseCard, public_table, published

HERE: Final = "statistics-series"
#: Which question a series answers, by what it measures.
ASKS: Final = {
    "use": ("studies", "organisations"),
    "quality": ("agreement", "verified_share", "stage_share", "failed_share"),
    "events": ("events",),
}


class Series(Struct, frozen=True, kw_only=True):
    """A series in the list: what it counts, its newest period, how many there are."""

    label: str
    href: str
    newest: str
    periods: int


class Question(Struct, frozen=True):
    """A question of the public with the series that answer it."""

    key: str
    title: str
    series: Sequence[Series]


def index(request: HttpRequest) -> HttpResponse:
    """The questions, and the series that answer each."""
    shown = {
        "questions": _questions(),
        "recalls": recalls(stand(house(), "suspensions"))[:10],
        "recalls_total": len(stand(house(), "suspensions").rows),
    }
    return render(request, "portal/statistics.html", shown)


def one(request: HttpRequest, name: str) -> HttpResponse:
    """One series in one period, and beside another."""
    told, releases = series_of(name), published(name)
    wanted = request.GET.get("period", "") or (releases[0].period if releases else "")
    table = public_table(house(), name, wanted) if wanted else None
    other = request.GET.get("beside", "")
    beside = public_table(house(), name, other) if other and other != wanted else None
    shown: dict[str, Any] = {
        "title": told.what.in_language(language()),
        "crumbs": [Crumb(_("Statistics"), reverse("statistics")), Crumb(told.what.in_language(language()))],
        "measures": measured(table, beside) if table else [],
        "period": period_label(wanted) if wanted else "",
        "beside": period_label(other) if beside else "",
        "filters": _filters(releases, wanted, other),
        "facts": _facts(releases, table, wanted) if table else [],
        "api": f"/api/v1/open/statistics?search=series:{name}+AND+period:{wanted}",
    }
    return render(request, "portal/statistics_series.html", shown)


def _questions() -> list[Question]:
    titles = {
        "use": _("How much is it used?"),
        "quality": _("How well does it work?"),
        "events": _("What adverse events were reported?"),
    }
    return [Question(key, title, _answering(key)) for key, title in titles.items()]


def _answering(key: str) -> list[Series]:
    return [_series(name) for name in grid().series if _asked(name) == key]


def _asked(name: str) -> str:
    first = grid().series[name].measures[0]
    return next((key for key, measures in ASKS.items() if first in measures), "use")


def _series(name: str) -> Series:
    releases = published(name)
    return Series(
        label=said(grid().series[name].what),
        href=reverse(HERE, args=[name]),
        newest=period_label(releases[0].period) if releases else "",
        periods=len(releases),
    )


def _filters(releases: list[ReleaseCard], wanted: str, other: str) -> list[Any]:
    periods = {release.period: period_label(release.period) for release in releases}
    if wanted and wanted not in periods:
        raise Refusal("release.unknown")
    return [
        choices("period", _("Period"), wanted, periods),
        choices("beside", _("Beside it"), other, {"": _("nothing"), **periods}),
    ]


def _facts(releases: list[ReleaseCard], table: PublicTable, wanted: str) -> list[Fact]:
    release = next(one for one in releases if one.period == wanted)
    return [
        Fact(_("Released (Moscow time)"), moment(release.published_at)),
        Fact(_("Counts what was known by"), day(table.known_by)),
        Fact(_("Edition of the definitions"), str(table.edition)),
        Fact("SHA-256", release.sha256, mono=True),
    ]
