# SPDX-License-Identifier: Apache-2.0
"""How fresh public data are and where they have gaps: all read from what was done, nothing typed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.open_shelf.standing import Covered, SetStand, covered, set_stands
from nadzor.base import clock
from nadzor.base.task_runs import TaskRuns
from nadzor.disclosure.series import grid
from nadzor.portal.frame import house
from nadzor.portal.register_words import reading_words
from nadzor.portal.sheets import Cell, Crumb, Line, State, Table, columns, line
from nadzor.portal.statistics_cells import period_label
from nadzor.portal.words import NOTHING, moment, number, said, share
from nadzor.register import mirror
from nadzor.register.gate import outages

TASKS: Final = ("open", "snapshots")
DAY: Final = timedelta(days=1)
LOOK_BACK: Final = 366 * DAY


def page(request: HttpRequest) -> HttpResponse:
    """Every data set: when it changed, how far it reaches, what is missing and why; our own outages."""
    now = clock.now()
    series = covered(house(), today=clock.today())
    shown = {
        "crumbs": [Crumb(_("Statistics"), reverse("statistics")), Crumb(_("Freshness and gaps"))],
        "at": moment(now),
        "state": _health(now),
        "sets": _sets(set_stands(house())),
        "series": _series(series),
        "gaps": _gaps(series),
        "outages": _outages(now),
        "sharing": _sharing(series),
        "reading": reading_words(mirror.reading()),
    }
    return render(request, "portal/statistics_status.html", shown)


def _health(now: datetime) -> State:
    """Whether the tasks that publish do run, by their own notes."""
    runs = [TaskRuns(house().root).last(name) for name in TASKS]
    known = [run for run in runs if run is not None]
    if len(known) < len(TASKS):
        return State(_("publishing has not begun"), "warn")
    late = [run for run in known if run.fault or run.stuck(now)]
    if late:
        since = min(run.ended_at or run.started_at for run in late)
        return State(_("publishing stands still since %(at)s") % {"at": moment(since)}, "alarm")
    return State(_("publishing works"), "good")


def _sets(stands: Sequence[SetStand]) -> Table:
    head = columns(
        _("Data set"), _("Last change"), _("Checked last"), _("Rows"), _("Newest files"), numbers=[3]
    )
    lines = [
        line(
            Cell(said(one.title), href=reverse("open-set", args=[one.name]), wraps=True),
            moment(one.changed_at),
            moment(one.checked_at),
            number(one.rows),
            Cell(one.snapshot or NOTHING, mono=bool(one.snapshot)),
        )
        for one in stands
    ]
    return Table(_("Data sets"), head, lines)


def _series(series: Sequence[Covered]) -> Table:
    head = columns(_("Series"), _("Reaches to"), _("Released"), _("Periods missing"), numbers=[3])
    return Table(_("Statistics by period"), head, [_series_line(one) for one in series])


def _series_line(one: Covered) -> Line:
    return line(
        Cell(_name(one), href=reverse("statistics-series", args=[one.series]), wraps=True),
        period_label(one.newest) if one.newest else NOTHING,
        moment(one.published_at),
        number(len(one.gaps)),
    )  # fmt: skip


def _name(one: Covered) -> str:
    return said(grid().series[one.series].what)


def _gaps(series: Sequence[Covered]) -> Table:
    head = columns(_("Series"), _("Period"), _("Why it is missing"))
    words = {
        "unsafe": _("built and kept back: from its figures a clinic could have been told"),
        "waits": _("built and checked, not released yet"),
        "not_built": _("not built yet"),
    }
    lines = [
        line(Cell(_name(one), wraps=True), period_label(gap.period), words[gap.why])
        for one in series
        for gap in one.gaps
    ]
    return Table(_("Gaps"), head, lines)


def _outages(now: datetime) -> Table:
    """Why: hours alone; what the operator wrote of the cause may help whoever attacks."""
    found = outages(first=now - LOOK_BACK, after=now)
    head = columns(_("From (Moscow time)"), _("Until"))
    lines = [line(moment(one.began), moment(one.ended)) for one in reversed(found)]
    return Table(_("Our outages"), head, lines)


def _sharing(series: Sequence[Covered]) -> str:
    """How many registered devices the newest released month has any figure of."""
    known = next((one for one in series if one.series == "use-month" and one.newest), None)
    if known is None or not known.devices:
        return ""
    facts = {
        "n": number(known.transmitting),
        "of": number(known.devices),
        "share": share(known.transmitting / known.devices, 0),
        "period": period_label(known.newest),
    }
    return _("Of %(of)s devices in the release of %(period)s, %(n)s (%(share)s) sent anything.") % facts
