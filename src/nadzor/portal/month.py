# SPDX-License-Identifier: Apache-2.0
"""The statutory month of one device: the form's facts and lines, its hash, its files, how to compute it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.build_month import kept_month, month_of
from nadzor.law.norm import NormMissing
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.frame import house, person_of
from nadzor.portal.months import kept_cell, month_or_404
from nadzor.portal.norms import status_state
from nadzor.portal.sheets import Cell, Column, Crumb, Fact, Line, Table, line
from nadzor.portal.words import day, language, month, said
from nadzor.portal.words import number as written
from nadzor.register import queries as register
from nadzor.statutory.body import digest
from nadzor.statutory.checks import doubts
from nadzor.statutory.month import MonthReport
from nadzor.statutory.render_csv import render_csv
from nadzor.statutory.render_json import render_json
from nadzor.statutory.render_xlsx import render_xlsx
from nadzor.statutory.table import columns

FILES: dict[str, tuple[Callable[[MonthReport], bytes], str]] = {
    "json": (render_json, "application/json"),
    "csv": (render_csv, "text/csv; charset=utf-8"),
    "xlsx": (render_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
SAME_ON_EVERY_LINE = {
    "device_name",
    "registration_number",
    "registered_on",
    "field_of_application",
    "solution_type",
}


def page(request: HttpRequest, text: str, code: str) -> HttpResponse:
    """One device's month."""
    card = register.readable_device(person_of(request), code)
    chosen = month_or_404(text)
    try:
        report = month_of(house(), chosen, code)
    except NormMissing as missing:
        return render(
            request,
            "portal/month_missing.html",
            device_top(card) | {"norm": missing.key, "tabs": device_tabs(code, "")},
        )
    kept = kept_month(house(), chosen, code)
    hash_ = digest(report)
    shown = device_top(card) | {
        "tabs": device_tabs(code, "device-months"),
        "name": month(chosen.year, chosen.month),
        "facts": _facts(report, hash_, kept.hash == hash_ if kept else None),
        "table": _table(report),
        "doubts": [_doubt(each) for each in doubts(report)],
        "files": [(kind.upper(), reverse("month-file", args=[text, code, kind])) for kind in FILES],
        "command": f"nadzor report --month {chosen} --data DIR --out DIR",
        "crumbs": [Crumb(_("Monthly reports"), reverse("months") + f"?month={chosen}"), Crumb(card.code)],
    }
    return render(request, "portal/month.html", shown)


def file(request: HttpRequest, text: str, code: str, kind: str) -> HttpResponse:
    """The month as JSON, CSV or XLSX."""
    register.readable_device(person_of(request), code)
    if kind not in FILES:
        raise Http404(kind)
    chosen = month_or_404(text)
    render_file, media = FILES[kind]
    answer = HttpResponse(render_file(month_of(house(), chosen, code)), content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{code}-{chosen}.{kind}"'
    return answer


def _facts(report: MonthReport, hash_: str, same: bool | None) -> list[Fact]:
    edition = report.edition
    kept = kept_cell(same)
    return [
        Fact(_("Period"), f"{day(report.month.first)} – {day(report.month.days.last)}"),
        Fact(_("Form"), said(edition.title), note=edition.cite),
        Fact(
            _("How well known"),
            status_state(edition.status).label,
            state=status_state(edition.status).tone or "calm",
        ),
        Fact(_("Counts what was known up to"), day(report.known_by)),
        Fact(_("Hash of the report"), hash_, mono=True),
        Fact(_("Kept report"), kept.text, state=kept.state),
    ]


def _table(report: MonthReport) -> Table:
    """The lines as the form's own columns; what is the same on every line stands above, not in it."""
    shown = [
        column
        for column in columns(report, language())
        if column.key not in SAME_ON_EVERY_LINE and not column.key.startswith("period_")
    ]
    head = [Column(said(column.heading), is_number=column.adds) for column in shown]
    lines = [line(*(_cell(column.answer(each), column.key) for column in shown)) for each in report.lines]
    total = report.total
    sums = [Cell(_cell(column.answer(total), column.key).text if column.adds else "") for column in shown]
    if sums and lines:
        lines.append(Line([Cell(_("In all")), *sums[1:]], is_current=True))
    return Table(_("Lines of the report"), head, lines)


def _cell(value: Any, key: str) -> Cell:
    if isinstance(value, int):
        return Cell(written(value))
    return Cell(str(value), mono=key == "organisation")


def _doubt(each: Any) -> dict[str, str]:
    where = ", ".join(part for part in (each.version, each.site) if part)
    return {"text": said(each.text), "where": where, "tone": "alarm" if each.blocks else "warn"}
