# SPDX-License-Identifier: Apache-2.0
"""The desk of public tables: what was published, what the attack found, the button that publishes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.actions.build_release import Wanted, build_release
from nadzor.actions.publish_release import MATTER, publish_release
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.disclosure.guard import HIDDEN_AS, Hidden
from nadzor.disclosure.series import grid, series
from nadzor.disclosure.tables import Band, Figure, NotCollected, PublicTable
from nadzor.disclosure.tables import Cell as Figured
from nadzor.disclosure.tables import said as figure_said
from nadzor.people.permissions import may_change_register
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import line as field_line
from nadzor.portal.inputs import select
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.statistics_cells import period_label
from nadzor.portal.words import day, language, moment, number, said, share, short
from nadzor.records.releases import ReleaseCard, kept_table, release, releases
from nadzor.register.authority import acts_for_head

COALITION: Final = re.compile(r"(?P<makers>\d+) makers, (?P<clinics>\d+) clinics")
TONES: Final = {"organisations": "warn", "studies": "warn", "dominance": "alarm", "neighbours": "calm"}


def page(request: HttpRequest) -> HttpResponse:
    """All releases, and the form that builds one."""
    return _page(request)


def build(request: HttpRequest) -> HttpResponse:
    """Build and attack the table of a period."""
    wanted = Wanted(request.POST.get("series", "")[:60], request.POST.get("period", "").strip()[:10])
    try:
        build_release(house(), wanted, by=asker(request), now=clock.now())
    except Refusal as refusal:
        if not refusal.code.startswith("release."):
            raise
        return _page(request, wrong=told(refusal), status=problem(refusal.code).status)
    return redirect("release", series=wanted.series, period=wanted.period)


def card(request: HttpRequest, series: str, period: str) -> HttpResponse:
    """One release: what the opponents found, what is hidden, what the public reads."""
    return _card(request, series, period)


def publish(request: HttpRequest, series: str, period: str) -> HttpResponse:
    """Publish a table that stood the attack."""
    try:
        publish_release(house(), Wanted(series, period), by=asker(request), now=clock.now())
    except Refusal as refusal:
        if not refusal.code.startswith("release.") or refusal.code == "release.unknown":
            raise
        return _card(request, series, period, wrong=told(refusal), status=problem(refusal.code).status)
    messages.success(request, _("Published. It is never changed again."))
    return redirect("release", series=series, period=period)


def _page(request: HttpRequest, *, wrong: str = "", status: int = 200) -> HttpResponse:
    found = releases()
    head = columns(_("Series"), _("Period"), _("State"), _("Closest"), _("Published"), numbers=(3,))
    names = {name: said(one.what) for name, one in grid().series.items()}
    typed = request.POST.get("period", "")[:10]
    shown = {
        "table": Table(_("Releases"), head, [_line(one) for one in found]),
        "fields": [
            select("series", _("Series"), names, request.POST.get("series", "")),
            field_line(
                "period", _("Period"), value=typed, hint=_("2026-10, or 2026-Q3"), error=wrong, longest=10
            ),
        ]
        if may_change_register(asker(request))
        else [],
    }
    return render(request, "portal/releases.html", shown, status=status)


def _card(
    request: HttpRequest, name: str, period: str, *, wrong: str = "", status: int = 200
) -> HttpResponse:
    found = release(name, period)
    table = kept_table(house(), found.sha256)
    today = clock.today()
    shown: dict[str, Any] = {
        "title": f"{said(series(name).what)}, {period_label(period)}",
        "facts": _facts(found, table),
        "found": _found(found),
        "words": _words(found),
        "map": _map(table),
        "cells": _cells(table),
        "may_publish": not found.published_at
        and found.is_safe
        and acts_for_head(asker(request), MATTER, on=today),
        "action": reverse("release-publish", args=[name, period]),
        "wrong": wrong,
        "crumbs": [
            Crumb(_("Releases"), reverse("releases")),
            Crumb(f"{said(series(name).what)}, {period_label(period)}"),
        ],
    }
    return render(request, "portal/release.html", shown, status=status)


def _state(one: ReleaseCard) -> Cell:
    if one.published_at:
        return Cell(_("published"), state="good")
    return Cell(_("stood the attack"), state="calm") if one.is_safe else Cell(_("not safe"), state="alarm")


def _line(one: ReleaseCard) -> Line:
    return row(
        Cell(
            said(series(one.series).what), href=reverse("release", args=[one.series, one.period]), wraps=True
        ),
        period_label(one.period),
        _state(one),
        _closest(one),
        moment(one.published_at),
    )


def _closest(one: ReleaseCard) -> str:
    narrowest = one.attack.get("narrowest")
    return "—" if narrowest is None else f"±{share(narrowest)}"


def _facts(one: ReleaseCard, table: PublicTable) -> list[Fact]:
    by = one.published_by or "—"
    return [
        Fact(_("State"), _state(one).text, state=_state(one).state),
        Fact(_("Known by"), day(table.known_by), note=_("What came later changes nothing here.")),
        Fact(_("Built (Moscow time)"), moment(one.built_at)),
        Fact(_("Published (Moscow time)"), moment(one.published_at), note=by if one.published_at else ""),
        Fact(_("SHA-256"), short(one.sha256), mono=True),
        Fact(_("Definition"), number(one.edition)),
    ]


def _words(one: ReleaseCard) -> list[str]:
    """The report of the attack in sentences."""
    facts = one.attack
    counts = {name: number(facts.get(name, 0)) for name in ("equations", "targets", "programs", "close")}
    told_ = [
        _(
            "The opponents wrote %(equations)s equations, tried %(targets)s targets by differences "
            "and solved %(programs)s linear programs."
        )
        % counts,
        _(
            "They knew which clinic runs which device, one maker's counts or two clinics' own counts, "
            "and every table published before."
        ),
    ]
    if facts.get("close"):
        return [*told_, _("They came closer than allowed in %(close)s places.") % counts]
    return [*told_, _("Nobody came closer than %(closest)s to any clinic.") % {"closest": _closest(one)}]


def _found(one: ReleaseCard) -> Table | None:
    finds = one.attack.get("finds", [])
    head = columns(
        _("What"), _("Site"), _("Left"), _("Who"), _("Figures that tell it together"), numbers=(2,)
    )
    lines = [
        row(
            Cell(find["what"], note=_quantities().get(find["quantity"], find["quantity"])),
            Cell(find["site"] or "—", mono=True),
            f"±{share(find['width'])}",
            _who(find["by"]),
            Cell("; ".join(find["told"][:4]), wraps=True),
        )
        for find in finds
    ]
    return Table(_("Where they came closest"), head, lines) if lines else None


def _who(told_: str) -> str:
    """Who joined forces, in words; makers and clinics that there were none of are left out."""
    found = COALITION.fullmatch(told_)
    if found is None:
        return _("an outsider")
    makers, clinics = int(found["makers"]), int(found["clinics"])
    words = [
        ngettext("%(n)s maker", "%(n)s makers", makers) % {"n": makers} if makers else "",
        ngettext("%(n)s clinic", "%(n)s clinics", clinics) % {"n": clinics} if clinics else "",
    ]
    return ", ".join(word for word in words if word)


def _quantities() -> dict[str, str]:
    return {
        "studies": _("studies"),
        "failed": _("failed studies"),
        "agree": _("agreements"),
        "labels": _("verified decisions"),
        "adverse_events": _("adverse events"),
    }


def _dimensions() -> dict[str, str]:
    return {
        "nation": _("The whole nation"),
        "device": _("Device"),
        "modality": _("Modality"),
        "stage": _("Stage"),
        "seriousness": _("Seriousness"),
    }


def _map(table: PublicTable) -> Table:
    """How many figures of each measure are told, and why the others are not."""
    kinds = [_kind(cell.figure) for cell in table.cells]
    order = [key for key in _kinds() if key in kinds]
    head = columns(_("Measure"), *(_kinds()[key] for key in order), numbers=range(1, len(order) + 1))
    lines = []
    for measure in table.measures:
        found = Counter(_kind(cell.figure) for cell in table.cells if cell.measure == measure)
        lines.append(row(said(grid().measures[measure].what), *(number(found[key]) for key in order)))
    return Table(_("What is hidden, and why"), head, lines, caption_hidden=False)


def _kinds() -> dict[str, str]:
    return {
        "told": _("told"),
        "organisations": _("few organisations"),
        "studies": _("few studies"),
        "dominance": _("one organisation dominates"),
        "neighbours": _("would reveal a neighbour"),
        "not_collected": _("not collected"),
    }


def _kind(figure: Figure) -> str:
    if isinstance(figure, Hidden):
        return figure.reason
    return "not_collected" if isinstance(figure, NotCollected) else "told"


def _cells(table: PublicTable) -> Table:
    names = [said(grid().measures[name].what) for name in table.measures]
    told_ = " · ".join(_dimensions()[name] for name in table.dimensions)
    head = columns(told_, *names, numbers=range(1, len(names) + 1))
    by_place = {(cell.row, cell.measure): cell for cell in table.cells}
    lines = [
        row(Cell(" · ".join(place), mono=True), *_printed([by_place[place, name] for name in table.measures]))
        for place in table.rows
    ]
    return Table(_("As the public reads it"), head, lines, caption_hidden=False)


def _printed(cells: Sequence[Figured]) -> list[Cell]:
    return [Cell(_short(one), state=TONES.get(_kind(one.figure), "")) for one in cells]


def _short(one: Figured) -> str:
    """A figure as the public reads it; the reason of a hidden one in few words."""
    if isinstance(one.figure, Hidden):
        return f"{HIDDEN_AS.in_language(language())}: {_kinds()[one.figure.reason]}"
    return figure_said(one.figure, language(), share=_is_share(one))


def _is_share(one: Figured) -> bool:
    return isinstance(one.figure, Band) and grid().measures[one.measure].made == "share"
