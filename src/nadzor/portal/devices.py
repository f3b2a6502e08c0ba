# SPDX-License-Identifier: Apache-2.0
"""The list of devices whose operation the asker may read."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.base import clock
from nadzor.portal.counts import Counts
from nadzor.portal.frame import house
from nadzor.portal.identity import device_state
from nadzor.portal.readings import listed
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.words import WIDE, day, language, number, share
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.vigilance import queries


def page(request: HttpRequest) -> HttpResponse:
    """Every device with its state, volume, failures and open signals."""
    scope, counts = scope_of(request), Counts(house())
    last = counts.last_day(clock.today())
    listed(request, scope.devices)
    return render(request, "portal/devices.html", {"table": _table(scope, counts, last), "last": day(last)})


def _table(scope: Scope, counts: Counts, last: date) -> Table:
    month = {"since": last - timedelta(days=29), "until": last + timedelta(days=1), "device": scope.codes}
    studies, failed = (
        dict(counts.sums(measure, by=("device",), **month)) for measure in ("studies", "failed")
    )
    signals = queries.open_by_device(devices=scope.codes)
    working = Counter(card.device for card in register.installations())
    head = columns(
        _("Device"), _("Number"), _("State"), _("Installations"), _("Studies, 30 days"),
        _("Share failed"), _("Open signals"),
        numbers=(3, 4, 5, 6),
    )  # fmt: skip
    lines = [
        _line(card, (studies.get(code, 0), failed.get(code, 0)), working[code], signals.get(code, 0))
        for code, card in scope.devices.items()
    ]
    return Table(_("Devices"), head, lines)


def _line(card: DeviceCard, month: tuple[int, int], installations: int, signals: int) -> Line:
    studies, failed = month
    state = device_state(card.status)
    return line(
        Cell(
            card.name(language()), href=reverse("device", args=[card.code]), note=card.maker.name(language())
        ),
        card.number.replace(" ", WIDE),
        Cell(state.label, state=state.tone),
        number(installations),
        number(studies),
        share(failed / studies if studies else None, 2),
        Cell(number(signals), state="alarm") if signals else "0",
    )
