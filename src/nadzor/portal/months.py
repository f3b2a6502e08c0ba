# SPDX-License-Identifier: Apache-2.0
"""The statutory months: all devices of a month, the months of a device."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.build_month import BuiltMonth, MonthRun, build_month, kept_month
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.portal.choices import Choice, choices
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.frame import house, person_of
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.words import day, language, month, number, short
from nadzor.register import queries as register


def page(request: HttpRequest) -> HttpResponse:
    """One month of every device."""
    scope, counts = scope_of(request), Counts(house())
    months = months_seen(counts, scope.codes)
    asked = request.GET.get("month", "")
    chosen = month_or_404(asked) if asked else (months[0] if months else Month.of(clock.today()).previous())
    run, missing = _run(chosen)
    shown = {
        "month": chosen,
        "name": month(chosen.year, chosen.month),
        "filters": [_choice(chosen, months)],
        "table": _table(run, chosen, scope) if run else None,
        "run": run,
        "missing": missing,
        "is_running": chosen.after > clock.today(),
    }
    return render(request, "portal/months.html", shown)


def of_device(request: HttpRequest, code: str) -> HttpResponse:
    """Every month in which a device worked."""
    card = register.readable_device(person_of(request), code)
    counts = Counts(house())
    lines = [_month_line(code, each, counts) for each in months_seen(counts, [code])]
    head = columns(_("Month"), _("Studies"), _("Report"), _("Hash"), numbers=(1,))
    shown = device_top(card) | {
        "tabs": device_tabs(code, "device-months"),
        "table": Table(_("Monthly reports"), head, lines),
    }
    return render(request, "portal/device_months.html", shown)


def months_seen(counts: Counts, codes: object) -> list[Month]:
    """Months with studies of these devices (None: of all), newest first."""
    return sorted({Month.of(when) for when, _n in counts.daily("studies", device=codes)}, reverse=True)


def month_or_404(text: str) -> Month:
    """A month of an address."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Http404(text) from error


def _run(chosen: Month) -> tuple[MonthRun | None, Refusal | None]:
    """The month of all devices, or why there is none: no edition in force, or nothing rolled up."""
    try:
        return build_month(house(), chosen, now=clock.now()), None
    except Refusal as refusal:
        return None, refusal


def _choice(chosen: Month, months: list[Month]) -> Choice:
    values = {str(each): month(each.year, each.month) for each in sorted({chosen, *months}, reverse=True)}
    return choices("month", _("Month"), str(chosen), values)


def _table(run: MonthRun, chosen: Month, scope: Scope) -> Table:
    head = columns(
        _("Device"),
        _("Lines"),
        _("Studies"),
        _("Doubts"),
        _("Known up to"),
        _("Kept report"),
        _("Hash"),
        numbers=(1, 2, 3),
    )
    lines = [_line(built, chosen, scope) for built in run.devices if built.device in scope.devices]
    return Table(_("Monthly reports"), head, lines)


def _line(built: BuiltMonth, chosen: Month, scope: Scope) -> Line:
    return line(
        Cell(scope.name(built.device, language()), href=reverse("month", args=[str(chosen), built.device])),
        number(built.lines),
        number(built.studies),
        Cell(number(len(built.doubts)), state="warn") if built.doubts else "0",
        day(built.known_by),
        kept_cell(built.same),
        Cell(short(built.hash), mono=True),
    )


def kept_cell(same: bool | None) -> Cell:
    """Whether the kept report, computed again, has its hash."""
    if same is None:
        return Cell(_("not kept"))
    return Cell(_("same hash"), state="good") if same else Cell(_("another hash"), state="alarm")


def _month_line(code: str, each: Month, counts: Counts) -> Line:
    kept = kept_month(house(), each, code)
    window: dict[str, date] = {"since": each.first, "until": each.after}
    return line(
        Cell(month(each.year, each.month), href=reverse("month", args=[str(each), code])),
        number(counts.total("processed", device=code, **window)),
        Cell(_("kept"), state="good") if kept else Cell(_("not kept")),
        Cell(short(kept.hash), mono=True) if kept else "",
    )
