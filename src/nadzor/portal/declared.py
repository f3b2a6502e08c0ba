# SPDX-License-Identifier: Apache-2.0
"""A month as its maker declares it: the template, the upload with every wrong cell, the comparison."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nadzor.actions.declare_month import (
    DeclaredFile,
    columns_of,
    declare_month,
    declared_beside,
    declared_template,
)
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, problem
from nadzor.people.permissions import may_declare_month
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.door import public
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house, person_of
from nadzor.portal.month import FILES
from nadzor.portal.months import month_or_404
from nadzor.portal.sheets import Cell, Crumb, Line, Table, columns, line
from nadzor.portal.words import language, moment, month, number, said, short
from nadzor.register import queries as register
from nadzor.register.declared import DeclaredCard
from nadzor.statutory.declared_compare import Beside
from nadzor.statutory.declared_said import FILE_MAX

SHOWN: Final = 50  # wrong cells on the page; the rest are counted
ON_THE_PAGE: Final = "declared."


def page(request: HttpRequest, code: str, text: str) -> HttpResponse:
    """What was declared for a month, beside what events tell; and the form for sending it."""
    return render(request, "portal/declared.html", _page(request, code, month_or_404(text)))


@require_POST
@public
def send(request: HttpRequest, code: str, text: str) -> HttpResponse:
    """Take the file and show the month again; what is wrong with it stands on the page, line by line."""
    who, chosen = person_of(request), month_or_404(text)
    register.readable_device(who, code)
    try:
        declare_month(house(), _given(request, code, chosen), by=who, now=clock.now())
    except Refusal as refusal:
        if not refusal.code.startswith(ON_THE_PAGE):
            raise
        shown = _page(request, code, chosen) | {"wrong": told(refusal), "faults": _faults(refusal)}
        return render(request, "portal/declared.html", shown, status=problem(refusal.code).status)
    return redirect("declared", code=code, text=text)


def template(request: HttpRequest, code: str, text: str, kind: str) -> HttpResponse:
    """The empty form for a device and month."""
    register.readable_device(person_of(request), code)
    chosen = month_or_404(text)
    body = declared_template(code, chosen, kind, language=language())
    answer = HttpResponse(body, content_type=FILES[kind][1])
    answer["Content-Disposition"] = f'attachment; filename="{code}-{chosen}-declared.{kind}"'
    return answer


def _given(request: HttpRequest, code: str, chosen: Month) -> DeclaredFile:
    file = request.FILES.get("file")
    if file is None:
        raise Refusal("declared.file")
    if (file.size or 0) > FILE_MAX:
        raise Refusal("declared.file-size")
    return DeclaredFile(code, chosen, (file.name or "").rpartition(".")[2].lower(), file.read())


def _page(request: HttpRequest, code: str, chosen: Month) -> dict[str, Any]:
    who = person_of(request)
    card = register.readable_device(who, code)
    found = declared_beside(house(), code, chosen)
    return device_top(card) | {
        "tabs": device_tabs(code, "device-months"),
        "month": chosen,
        "name": month(chosen.year, chosen.month),
        "crumbs": [
            Crumb(_("Devices"), reverse("devices")),
            Crumb(card.code, reverse("device-months", args=[code])),
        ],
        "may_send": may_declare_month(who, maker=card.maker.code),
        "is_running": chosen.after > clock.today(),
        "files": [
            (kind.upper(), reverse("declared-template", args=[code, str(chosen), kind])) for kind in FILES
        ],
        "beside": _beside(found.beside, code, chosen) if found.beside is not None else None,
        "uploads": _uploads(found.uploads) if found.uploads else None,
    }


def _beside(found: tuple[Beside, ...], code: str, chosen: Month) -> Table:
    """Declared and counted, a column of the form a line; a difference is a question, not a verdict."""
    names = {column.key: said(column.heading) for column in columns_of(code, chosen)}
    lines = [
        line(
            names.get(one.key, one.key),
            number(one.declared),
            number(one.counted),
            Cell(f"{one.difference:+d}", state="warn") if one.difference else Cell("0", state="good"),
        )
        for one in found
    ]
    head = columns(_("Field"), _("Declared"), _("From events"), _("Difference"), numbers=(1, 2, 3))
    return Table(_("Declared beside counted"), head, lines)


def _uploads(found: tuple[DeclaredCard, ...]) -> Table:
    lines: list[Line] = [
        line(
            moment(card.at),
            card.by or _("console"),
            card.format.upper(),
            number(len(card.rows)),
            Cell(short(card.digest), note=card.digest, mono=True),
            Cell(_("stands"), state="good") if card.stands else Cell(_("replaced")),
        )
        for card in found
    ]
    head = columns(
        _("Sent"), _("By"), _("Format"), _("Lines"), _("SHA-256 of the file"), _("State"), numbers=(3,)
    )
    return Table(_("Files sent"), head, lines)


def _faults(refusal: Refusal) -> Table | None:
    found = refusal.facts.get("problems", ())
    if not found:
        return None
    lines = [
        line(number(one["line"]), Cell(one["column"], mono=True), one[language()]) for one in found[:SHOWN]
    ]
    note = _("The first %(shown)s of %(all)s.") % {"shown": SHOWN, "all": len(found)}
    head = columns(_("Line"), _("Column"), _("What is wrong"), numbers=(0,))
    return Table(_("What is wrong with the file"), head, lines, note=note if len(found) > SHOWN else "")
