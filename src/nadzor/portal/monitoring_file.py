# SPDX-License-Identifier: Apache-2.0
"""A yearly report as a file: JSON, CSV, XLSX, or a tagged PDF; the draft as it stands, or a filed edition."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nadzor.base import clock
from nadzor.portal.choices import whole
from nadzor.portal.frame import person_of
from nadzor.portal.monitoring_figures import figure_tables
from nadzor.portal.monitoring_labels import bar_of
from nadzor.portal.printing import pdf_answer, print_pdf
from nadzor.portal.sheets import Fact
from nadzor.portal.words import day, language, moment
from nadzor.statutory.monitoring_files import FILES
from nadzor.statutory.monitoring_report import YearReport, body, digest
from nadzor.statutory.monitoring_table import facts
from nadzor.statutory.monitoring_words import said as named
from nadzor.vigilance.monitoring import report
from nadzor.vigilance.monitoring_cards import WRITTEN, Filed, ReportCard

ISO_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def file(request: HttpRequest, code: str, year: int, kind: str) -> HttpResponse:
    """The report in a format."""
    card = report(person_of(request), code, year, today=clock.today())
    filed = _edition(card, request.GET.get("edition", ""))
    found, words = (filed.report, filed.words) if filed else (card.report, card.words)
    if found is None or kind not in (*FILES, "pdf"):
        raise Http404(kind)
    name = f"monitoring-{code}-{year}" + (f"-{filed.receipt.edition}" if filed else "-draft")
    if kind == "pdf":
        return pdf_answer(_paper(found, words, filed), name)
    render, media = FILES[kind]
    answer = HttpResponse(render(found, words, language()), content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _edition(card: ReportCard, asked: str) -> Filed | None:
    if not asked:
        return None
    number = whole(asked)
    found = next((each for each in card.filed if each.receipt.edition == number), None)
    if found is None:
        raise Http404(asked)
    return found


def _paper(found: YearReport, words: dict[str, str], filed: Filed | None) -> bytes:
    device = found.device.name.in_language(language())
    title = _("Clinical monitoring report of %(device)s for %(year)s") % {
        "device": device,
        "year": found.year,
    }
    context: dict[str, Any] = {
        "facts": [
            Fact(label, _spoken(str(cell))) for label, cell in facts(found, words, language()) if cell != ""
        ],
        "notes": [label for label, cell in facts(found, words, language()) if cell == ""],
        "bar": bar_of(found.progress) if found.progress else None,
        "tables": figure_tables(found),
        "parts": [(named(f"word.{key}", language()), words.get(key, "")) for key in WRITTEN],
        "receipt": _receipt(filed) if filed else [],
        "is_draft": filed is None,
        "above_left": filed.receipt.number if filed else _("Draft, not filed"),
        "above_right": day(found.known_by),
        "below_left": digest(body(found), words),
        "made": (filed.receipt.at.isoformat(timespec="seconds") if filed else found.known_by.isoformat()),
    }
    return print_pdf("portal/monitoring_paper.html", context, title=title, lang=language())


def _spoken(cell: str) -> str:
    """A cell of the tables as a paper says it: days as people write them."""
    return ISO_DAY.sub(lambda found: day(date.fromisoformat(found[0])), cell)


def _receipt(filed: Filed) -> list[Fact]:
    receipt = filed.receipt
    worth = _("qualified") if receipt.qualified else _("not a qualified signature")
    return [
        Fact(_("Number"), receipt.number),
        Fact(_("Filed (Moscow time)"), moment(receipt.at)),
        Fact(_("Hash of report and texts"), receipt.digest),
        Fact(_("Sealed by"), f"{receipt.signer}, {receipt.suite}; {worth}"),
        Fact(_("Entry of the audit"), receipt.audit),
    ]
