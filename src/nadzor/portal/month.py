# SPDX-License-Identifier: Apache-2.0
"""The statutory month of one device: facts and lines, its hash, its files, how to compute it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.build_month import Kept, kept_month, month_of
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.law.norm import NormMissing
from nadzor.portal.chips import norm_chip
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.frame import house, person_of
from nadzor.portal.month_sign import signing
from nadzor.portal.month_tables import month_tables
from nadzor.portal.months import kept_cell, month_or_404
from nadzor.portal.norm_words import status_state
from nadzor.portal.sheets import Crumb, Fact
from nadzor.portal.words import day, month, reference, said
from nadzor.register import queries as register
from nadzor.statutory.body import digest
from nadzor.statutory.checks import doubts
from nadzor.statutory.month import MonthReport
from nadzor.statutory.render_csv import render_csv
from nadzor.statutory.render_json import render_json
from nadzor.statutory.render_xlsx import render_xlsx

REMEMBERED = 64  # reports of a few dozen lines each
FILES: dict[str, tuple[Callable[[MonthReport], bytes], str]] = {
    "json": (render_json, "application/json"),
    "csv": (render_csv, "text/csv; charset=utf-8"),
    "xlsx": (render_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def page(request: HttpRequest, text: str, code: str) -> HttpResponse:
    """One device's month; without a norm in force there is none, and the page says so."""
    who, chosen = person_of(request), month_or_404(text)
    card = register.readable_device(who, code)
    top = (
        device_top(card)
        | signing(who, card, chosen)
        | {
            "tabs": device_tabs(code, "device-months"),
            "month": chosen,
            "name": month(chosen.year, chosen.month),
            "crumbs": [Crumb(_("Monthly reports"), reverse("months") + f"?month={chosen}"), Crumb(card.code)],
        }
    )
    try:
        report = _report(chosen, code)
    except NormMissing:
        return render(request, "portal/month_missing.html", top)
    return render(request, "portal/month.html", top | _filled(report, kept_month(house(), chosen, code)))


def _filled(report: MonthReport, kept: Kept | None) -> dict[str, Any]:
    """Everything a filled month shows."""
    code, chosen, hash_ = report.device.code, report.month, digest(report)
    return {
        "facts": _facts(report, hash_, kept.hash == hash_ if kept else None),
        "tables": month_tables(report),
        "norm": norm_chip("telemetry.report_period", chosen.first),
        "doubts": [_doubt(each) for each in doubts(report)],
        "files": [(kind.upper(), reverse("month-file", args=[str(chosen), code, kind])) for kind in FILES],
        "command": f"nadzor report --month {chosen} --data DIR --out DIR",
    }


def file(request: HttpRequest, text: str, code: str, kind: str) -> HttpResponse:
    """The month as JSON, CSV or XLSX."""
    register.readable_device(person_of(request), code)
    if kind not in FILES:
        raise Http404(kind)
    chosen = month_or_404(text)
    render_file, media = FILES[kind]
    answer = HttpResponse(render_file(_report(chosen, code)), content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{code}-{chosen}.{kind}"'
    return answer


def _report(chosen: Month, code: str) -> MonthReport:
    """The report, remembered while rollup and kept report stand."""
    kept = kept_month(house(), chosen, code)
    return _remembered(str(house().root), Counts(house()).digest, chosen, code, kept)


@lru_cache(maxsize=REMEMBERED)
def _remembered(root: str, digest_: str, chosen: Month, code: str, kept: Kept | None) -> MonthReport:
    return month_of(Home.open(root), chosen, code)


def _facts(report: MonthReport, hash_: str, same: bool | None) -> list[Fact]:
    edition = report.edition
    kept = kept_cell(same)
    return [
        Fact(_("Period"), f"{day(report.month.first)} – {day(report.month.days.last)}"),
        Fact(_("Form"), said(edition.title), note=reference(edition.cite)),
        Fact(
            _("How well known"),
            status_state(edition.status).label,
            state=status_state(edition.status).tone or "calm",
        ),
        Fact(_("Counts what was known up to"), day(report.known_by)),
        Fact(_("Hash of the report"), hash_, mono=True),
        Fact(_("Kept report"), kept.text, state=kept.state),
    ]


def _doubt(each: Any) -> dict[str, str]:
    where = ", ".join(part for part in (each.version, each.site) if part)
    return {"text": said(each.text), "where": where, "tone": "alarm" if each.blocks else "warn"}
