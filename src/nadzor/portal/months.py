# SPDX-License-Identifier: Apache-2.0
"""The statutory months: all devices of a month, the months of a device."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.build_month import kept_month
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.portal.choices import Choice, choices
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.frame import house, person_of
from nadzor.portal.readings import listed
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.words import language, month, number, short
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.register.declared import declared_months
from nadzor.workdays.calendar import ONE_DAY

YEARS = range(2000, 2100)  # outside them there is nothing to report, and dates run out


def page(request: HttpRequest) -> HttpResponse:
    """One month of every device that transmits."""
    scope, counts = scope_of(request), Counts(house())
    months = months_seen(counts, scope.codes)
    asked = request.GET.get("month", "")
    chosen = month_or_404(asked) if asked else _latest_over(months)
    listed(request, [code for code, card in scope.devices.items() if card.transmits])
    shown = {
        "month": chosen,
        "name": month(chosen.year, chosen.month),
        "filters": [_choice(chosen, months)],
        "table": _table(chosen, scope, counts),
        "is_running": chosen.after > clock.today(),
    }
    return render(request, "portal/months.html", shown)


def of_device(request: HttpRequest, code: str) -> HttpResponse:
    """Every month in which a device worked."""
    card = register.readable_device(person_of(request), code)
    counts = Counts(house())
    sent = {Month.parse(text) for text in declared_months(code)}
    months = sorted({*months_seen(counts, [code]), *sent}, reverse=True)
    lines = [_month_line(code, each, counts, is_declared=each in sent) for each in months]
    head = columns(_("Month"), _("Studies"), _("Report"), _("Hash"), _("Declared"), numbers=(1,))
    shown = device_top(card) | {
        "last_over": Month.of(clock.today().replace(day=1) - ONE_DAY),
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
        found = Month.parse(text)
    except ValueError as error:
        raise Http404(text) from error
    if found.year not in YEARS:
        raise Http404(text)
    return found


def _latest_over(months: list[Month]) -> Month:
    """The latest month with studies that is over, else the month before this one."""
    today = clock.today()
    return next((each for each in months if each.after <= today), Month.of(today).previous())


def _choice(chosen: Month, months: list[Month]) -> Choice:
    values = {str(each): month(each.year, each.month) for each in sorted({chosen, *months}, reverse=True)}
    return choices("month", _("Month"), str(chosen), values)


def _table(chosen: Month, scope: Scope, counts: Counts) -> Table:
    """Volumes from the rollup and the kept reports; a report itself is computed on its own page."""
    window = {"since": chosen.first, "until": chosen.after, "device": scope.codes}
    received = dict(counts.sums("studies", by=("device",), **window))
    processed = dict(counts.sums("processed", by=("device",), **window))
    head = columns(_("Device"), _("Received"), _("Processed"), _("Kept report"), _("Hash"), numbers=(1, 2))
    lines = [
        _line(card, chosen, (received.get(code, 0), processed.get(code, 0)))
        for code, card in scope.devices.items()
        if card.transmits
    ]
    return Table(_("Monthly reports"), head, lines)


def _line(card: DeviceCard, chosen: Month, volume: tuple[int, int]) -> Line:
    kept = kept_month(house(), chosen, card.code)
    return line(
        Cell(card.name(language()), href=reverse("month", args=[str(chosen), card.code])),
        *map(number, volume),
        Cell(_("kept"), state="good") if kept else Cell(_("not kept")),
        Cell(short(kept.hash), mono=True) if kept else "",
    )


def kept_cell(same: bool | None) -> Cell:
    """Whether the kept report, computed again, has its hash."""
    if same is None:
        return Cell(_("not kept"))
    return Cell(_("same hash"), state="good") if same else Cell(_("another hash"), state="alarm")


def _month_line(code: str, each: Month, counts: Counts, *, is_declared: bool) -> Line:
    kept = kept_month(house(), each, code)
    window: dict[str, date] = {"since": each.first, "until": each.after}
    there = reverse("declared", args=[code, str(each)])
    return line(
        Cell(month(each.year, each.month), href=reverse("month", args=[str(each), code])),
        number(counts.total("processed", device=code, **window)),
        Cell(_("kept"), state="good") if kept else Cell(_("not kept")),
        Cell(short(kept.hash), mono=True) if kept else "",
        Cell(_("declared") if is_declared else _("not declared"), href=there),
    )
