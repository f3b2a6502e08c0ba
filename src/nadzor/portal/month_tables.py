# SPDX-License-Identifier: Apache-2.0
"""The lines of a statutory month as three tables that fit a page: counts and errors, findings, physicians."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from nadzor.portal.sheets import Cell, Table, columns, line
from nadzor.portal.sheets import Line as Printed
from nadzor.portal.words import number, said
from nadzor.statutory.month import OF_FINDING, Line, MonthReport
from nadzor.statutory.table import VERDICTS
from nadzor.statutory.words import error_kinds, words


def month_tables(report: MonthReport) -> list[Table]:
    """The tables that have something to say."""
    return [table for table in (_counts(report), _findings(report), _reviews(report)) if table.lines]


def _counts(report: MonthReport) -> Table:
    kinds = error_kinds()
    errors = [_("Errors: %(kind)s") % {"kind": said(kind.label)} for kind in kinds.values()]
    labels = (said(words()["attempts"]), _("Processed"), said(words()["declined"]), *errors)
    lines = [line(*_whose(each), *map(number, _numbers(each))) for each in report.lines]
    lines += [line(_("In all"), "", *map(number, _numbers(report.total)), is_current=True)] if lines else []
    return _table(_("Studies and errors"), labels, lines)


def _numbers(each: Line) -> tuple[int, ...]:
    return (each.attempts, each.studies, each.declined, *(each.errors[kind] for kind in error_kinds()))


def _findings(report: MonthReport) -> Table:
    labels = (_("Finding"), *(said(words()[measure]) for measure in OF_FINDING))
    lines = [row for each in report.lines for row in _of_findings(report, each)]
    head = columns(_("Version"), _("Site (pseudonym)"), *labels, numbers=range(3, 2 + len(labels)))
    return Table(_("Results by finding"), head, lines, caption_hidden=False)


def _of_findings(report: MonthReport, each: Line) -> Iterator[Printed]:
    for finding, results in each.findings.items():
        name = said(report.device.findings[finding]) if finding in report.device.findings else finding
        yield line(*_whose(each), name, *(number(getattr(results, measure)) for measure in OF_FINDING))


def _reviews(report: MonthReport) -> Table:
    labels = tuple(said(words()[verdict]) for verdict in VERDICTS)
    told = [each for each in report.lines if each.reviews]
    lines = [
        line(*_whose(each), *(number(each.reviews.get(verdict, 0)) for verdict in VERDICTS)) for each in told
    ]
    return _table(said(words()["reviews"]), labels, lines)


def _whose(each: Line) -> tuple[Cell, Cell]:
    """Version (marked when the register lacks it) and site."""
    note = "" if each.registered is not False else _("not in the register")
    return Cell(each.version or _("not stated"), note=note), Cell(each.site, mono=True)


def _table(caption: str, labels: tuple[str, ...], lines: list[Printed]) -> Table:
    head = columns(_("Version"), _("Site (pseudonym)"), *labels, numbers=range(2, 2 + len(labels)))
    return Table(caption, head, lines, caption_hidden=False)
