# SPDX-License-Identifier: Apache-2.0
"""Warnings that went out: how many sites, how many reached and confirmed; a maker sees counts alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.base import clock
from nadzor.portal.choices import choices
from nadzor.portal.frame import person_of
from nadzor.portal.readings import listed
from nadzor.portal.scope import scope_of
from nadzor.portal.sheets import Cell, Line, Pages, Table, columns, line
from nadzor.portal.warning_labels import count_words, kind_state, open_for, versions_words
from nadzor.portal.words import day, language, moment, number
from nadzor.vigilance.warning_cards import WarningPage, WarningRow
from nadzor.vigilance.warning_permissions import may_remind, may_see_sites
from nadzor.vigilance.warnings import makers_notices, warnings

PAGE = 30
WAITS = "waits"


def page(request: HttpRequest) -> HttpResponse:
    """Warnings, newest first; those that lack confirmations on request."""
    who, scope = person_of(request), scope_of(request)
    which, after = request.GET.get("which", ""), request.GET.get("after", "")[:20]
    found = warnings(who, today=clock.today(), waits=which == WAITS, after=after, limit=PAGE)
    listed(request, [row.device for row in found.rows])
    head = columns(
        _("Letter"), _("Device"), _("About"), _("Sites"), _("Reached"), _("Confirmed"),
        _("Working days out"), _("Answer wanted by"), numbers=(3, 4, 5, 6),
    )  # fmt: skip
    names = {code: card.name(language()) for code, card in scope.devices.items()}
    shown = {
        "table": Table(_("Warnings"), head, [_line(row, names) for row in found.rows]),
        "filter": choices(
            "which", _("Which"), which, {"": _("all"), WAITS: _("those that wait for answers")}
        ),
        "pages": _pages(found, which, after),
        "reviews": len(makers_notices()) if may_remind(who) else 0,
        "sees_sites": may_see_sites(who),
    }
    return render(request, "portal/warnings.html", shown)


def _line(row: WarningRow, names: dict[str, str]) -> Line:
    state, waits = kind_state(row.kind), row.stands and _is_late(row)
    by = Cell(day(row.confirm_by), state="warn" if waits else "", note=_("over") if waits else "")
    return line(
        Cell(row.number, href=reverse("warning", args=[row.number]), note=moment(row.at)),
        Cell(names.get(row.device, row.device), note=versions_words(row.versions), wraps=True),
        Cell(state.label, state=state.tone),
        count_words(row.progress.sites, row.progress),
        count_words(row.progress.reached, row.progress),
        count_words(row.progress.confirmed, row.progress),
        open_for(row.at, clock.today()),
        by,
    )


def _is_late(row: WarningRow) -> bool:
    reached, confirmed = row.progress.reached, row.progress.confirmed
    is_over = row.confirm_by is not None and clock.today() > row.confirm_by
    return is_over and reached is not None and confirmed is not None and confirmed < reached


def _pages(found: WarningPage, which: str, after: str) -> Pages:
    n = len(found.rows)
    words = ngettext("%(n)s letter on this page", "%(n)s letters on this page", n) % {"n": number(n)}
    kept = f"which={which}" if which == WAITS else ""
    return Pages(
        words,
        next_href=f"?{kept}&after={found.next}" if found.next else "",
        first_href=f"?{kept}" if after else "",
    )
