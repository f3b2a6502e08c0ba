# SPDX-License-Identifier: Apache-2.0
"""The desk of embargoes: which details the public may not read yet, until when, and the form."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.place_embargo import (
    GROUNDS_MAX,
    MATTER,
    Hiding,
    end_embargo,
    longest_until,
    place_embargo,
)
from nadzor.base import clock
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, problem
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.inputs import Input, boxes, prose
from nadzor.portal.inputs import day as day_field
from nadzor.portal.inputs import line as field_line
from nadzor.portal.sheets import Cell, Fact, Line, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.warning_labels import device_name
from nadzor.portal.words import day, moment
from nadzor.records.embargoes import DETAILS, EmbargoCard, embargoes
from nadzor.register.authority import acts_for_head

BESIDE: Final = {
    "embargo.details": "hides",
    "embargo.until": "until",
    "embargo.grounds": "because",
    "embargo.danger": "about",
    "register.device-unknown": "device",
}


def page(request: HttpRequest) -> HttpResponse:
    """Embargoes that hold and those that ended."""
    return _page(request)


def place(request: HttpRequest) -> HttpResponse:
    """Place one."""
    try:
        place_embargo(_typed(request), by=asker(request), now=clock.now())
    except Refusal as refusal:
        if refusal.code not in BESIDE:
            raise
        return _page(request, wrong=refusal, status=problem(refusal.code).status)
    messages.success(request, _("The embargo holds. Clinics that run the version still receive everything."))
    return redirect("embargoes")


def end(request: HttpRequest, id: int) -> HttpResponse:
    """End one before its time."""
    try:
        end_embargo(id, because=request.POST.get("because", ""), by=asker(request), now=clock.now())
    except Refusal as refusal:
        if refusal.code != "embargo.grounds":
            raise
        return _page(request, wrong=refusal, status=problem(refusal.code).status)
    messages.success(request, _("The embargo has ended."))
    return redirect("embargoes")


def _typed(request: HttpRequest) -> Hiding:
    given = request.POST
    return Hiding(
        device=given.get("device", "").strip()[:64],
        version=given.get("version", "")[:60],
        hides=tuple(given.getlist("hides")),
        about=given.get("about", "")[:120],
        until=_moment(given.get("until", "")),
        because=given.get("because", ""),
    )


def _moment(text: str) -> datetime:
    """The beginning of a day; what is no day has passed already, and is refused as such."""
    try:
        return datetime.combine(datetime.fromisoformat(text[:10]).date(), time(), UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _page(request: HttpRequest, *, wrong: Refusal | None = None, status: int = 200) -> HttpResponse:
    now = clock.now()
    found = embargoes()
    may = acts_for_head(asker(request), MATTER, on=moscow_date(now))
    head = columns(_("Device"), _("Version"), _("Not told"), _("Until (Moscow time)"), _("State"), _("Why"))
    shown: dict[str, Any] = {
        "table": Table(_("Embargoes"), head, [_line(one, now) for one in found]),
        "holding": [one for one in found if one.holds(now)] if may else [],
        "facts": [
            Fact(
                _("Longest"),
                day(moscow_date(longest_until(now))),
                href=reverse("norm", args=["embargo.longest"]),
            )
        ],
        "fields": _fields(request, wrong) if may else [],
    }
    return render(request, "portal/embargoes.html", shown, status=status)


def _line(one: EmbargoCard, now: datetime) -> Line:
    words = detail_words()
    state = Cell(_("holds"), state="warn") if one.holds(now) else Cell(_("ended"), note=one.end_because)
    return row(
        Cell(device_name(one.device), wraps=True),
        one.version or _("all"),
        Cell(", ".join(words[name] for name in one.hides), wraps=True),
        moment(one.until),
        state,
        Cell(one.because, note=one.about, wraps=True),
    )


def detail_words() -> dict[str, str]:
    """What may be kept back, in words."""
    return {
        "configuration": _("configuration"),
        "version": _("version"),
        "failure_code": _("code of the failure"),
        "exploit": _("how it could be used"),
    }


def _fields(request: HttpRequest, wrong: Refusal | None) -> list[Input]:
    given = request.POST
    fault = {BESIDE[wrong.code]: told(wrong)} if wrong is not None else {}
    words = {name: detail_words()[name] for name in DETAILS}
    return [
        field_line(
            "device", _("Device (code)"), value=given.get("device", "")[:64], error=fault.get("device", "")
        ),
        field_line(
            "version", _("Version"), value=given.get("version", "")[:60], hint=_("Empty: all versions")
        ),
        boxes("hides", _("What is not told"), words, given.getlist("hides"), error=fault.get("hides", "")),
        day_field("until", _("Until"), value=given.get("until", "")[:10], error=fault.get("until", "")),
        field_line(
            "about",
            _("About"),
            value=given.get("about", "")[:120],
            error=fault.get("about", ""),
            hint=_("For example a signal, a case or an event."),
        ),
        prose(
            "because",
            _("Why it must wait"),
            value=given.get("because", "")[: 2 * GROUNDS_MAX],
            error=fault.get("because", ""),
            longest=GROUNDS_MAX,
        ),
    ]
