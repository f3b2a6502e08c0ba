# SPDX-License-Identifier: Apache-2.0
"""Delivery of a device: who is silent, what was rejected and why, what is missing, what waits in a spool."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nadzor.actions.read_delivery import read_delivery
from nadzor.base import clock
from nadzor.portal import delivery_sheets as sheets
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.frame import house, person_of
from nadzor.portal.rhythm import days_heard
from nadzor.register import queries as register
from nadzor.register.integrity import findings


def page(request: HttpRequest, code: str) -> HttpResponse:
    """Silence, rejections, refusals, gaps, findings, lateness, spools, doubted batches."""
    now, card = clock.now(), register.readable_device(person_of(request), code)
    rooms, counts = register.installations(code), Counts(house())
    found = read_delivery(house(), code, rooms, now=now)
    heard = days_heard(code, counts, clock.today())
    shown: dict[str, Any] = device_top(card) | {
        "tabs": device_tabs(code, "delivery"),
        "counts": sheets.tally(found, heard, findings(code), now),
        "senders": sheets.sender_table(code, found, heard, now),
        "spools": sheets.spool_table(found),
        "rejected": sheets.rejected_table(found),
        "refused": sheets.refused_table(found),
        "gaps": sheets.gap_table(found),
        "integrity": sheets.integrity_table(findings(code)),
        "late": sheets.lateness_table(code, counts, clock.today()),
        "doubted": sheets.doubted_table(found),
    }
    return render(request, "portal/delivery.html", shown)
