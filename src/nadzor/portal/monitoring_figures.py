# SPDX-License-Identifier: Apache-2.0
"""The figures of a yearly report as tables, each number leading to the rows, events or signals behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.portal.filing_labels import filing_state
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.signal_words import signal_state
from nadzor.portal.words import NOTHING, language, number, share
from nadzor.statutory.monitoring_report import Figure, Origin, YearReport
from nadzor.statutory.monitoring_words import part, reason, said, what

TONES: Final = {"consistent": "good", "contradicted": "alarm", "untestable": "calm"}
REFS_SHOWN: Final = 12


def figure_tables(report: YearReport) -> list[Table]:
    """The sections of a report that hold anything, in the form's order."""
    found = [_use(report), _claims(report), _measured(report), _labels(report), _safety(report)]
    return [table for table in [*found, _followed(report), _analogues(report)] if table.lines]


def _use(report: YearReport) -> Table:
    lines = [
        line(
            what(figure, language()),
            part(figure, language()) or NOTHING,
            figure.version or _("all"),
            _n(report, figure),
        )
        for figure in report.section("use")
    ]
    head = columns(_("Figure"), _("Part"), _("Version"), _("Count"), numbers=(3,))
    return Table(said("section.use", language()), head, lines, caption_hidden=False)


def _claims(report: YearReport) -> Table:
    """Each claim of the register beside what the labels of the year say."""
    note = _(
        "The verdict rests on this year's labels alone, those that were all or a random part of the studies."
    )
    head = columns(
        _("Finding"), _("Metric"), _("Version"), _("Declared"), _("Labels"), _("Measured, 95% limits"),
        _("What the data say"), numbers=(3, 4, 5),
    )  # fmt: skip
    return Table(
        _("Efficacy: declared criteria"), head, _lines(report, "efficacy", "claim", _claim), note=note,
        caption_hidden=False,
    )  # fmt: skip


def _claim(report: YearReport, figure: Figure) -> Line:
    declared = figure.declared
    assert declared is not None
    bound = _("not below %(bound)s") % {"bound": share(float(declared.lower_bound))}
    return line(
        Cell(_finding(report, figure), wraps=True), Cell(part(figure, language()), wraps=True),
        figure.version or NOTHING, Cell(share(float(declared.value)), note=bound), _n(report, figure),
        _shares(figure), _verdict(figure),
    )  # fmt: skip


def _verdict(figure: Figure) -> Cell:
    """What the labels say of a claim, in a word, with the reason and what was left out beside it."""
    declared = figure.declared
    assert declared is not None
    unfair = _("%(n)s labels selected otherwise decide nothing") % {"n": number(declared.unfair)}
    notes = [reason(figure, language()), unfair if declared.unfair else ""]
    names = {
        "consistent": _("consistent"),
        "contradicted": _("contradicted"),
        "untestable": _("not testable"),
    }
    note = "; ".join(told for told in notes if told)
    return Cell(names[declared.outcome], state=TONES[declared.outcome], note=note, wraps=True)


def _measured(report: YearReport) -> Table:
    """What was measured over all labels, and physicians' agreement, which is not accuracy."""
    note = _(
        "Over all labels, however they were selected. Physicians' agreement with the device is not accuracy."
    )
    head = columns(
        _("Figure"), _("Finding"), _("Metric"), _("Version"), _("Right"), _("Of"), _("Share, 95% limits"),
        numbers=(4, 5, 6),
    )  # fmt: skip
    lines = [
        *_lines(report, "efficacy", "measured", _share_line),
        *_lines(report, "efficacy", "agreement", _share_line),
    ]
    return Table(_("Efficacy: what was measured"), head, lines, note=note, caption_hidden=False)


def _share_line(report: YearReport, figure: Figure) -> Line:
    """A share with its counts; an area has no right answers, only labels."""
    count = (
        (Cell(NOTHING), _n(report, figure))
        if figure.of is None
        else (_n(report, figure), _of(report, figure))
    )
    return line(
        what(figure, language()), _finding(report, figure), part(figure, language()) or NOTHING,
        figure.version or NOTHING, *count, _shares(figure),
    )  # fmt: skip


def _labels(report: YearReport) -> Table:
    head = columns(_("Finding"), _("How they were selected"), _("Labels"), numbers=(2,))

    def row(report: YearReport, figure: Figure) -> Line:
        return line(_finding(report, figure), part(figure, language()), _n(report, figure))

    found = _lines(report, "efficacy", "labels", row)
    return Table(_("Efficacy: how the labels came"), head, found, caption_hidden=False)


def _safety(report: YearReport) -> Table:
    note = _(
        "Rates per 1000 processed studies with exact 95% limits; no event seen does not mean none happened."
    )
    head = columns(
        _("Figure"), _("Part"), _("Events"), _("Processed studies"), _("Per 1000, 95% limits"), _("Numbers"),
        numbers=(2, 3, 4),
    )  # fmt: skip
    lines = [
        line(
            what(figure, language()), part(figure, language()) or figure.version or _("all"),
            number(figure.n), _of(report, figure), _rates(figure), _refs(report, figure),
        )
        for figure in report.section("safety")
    ]  # fmt: skip
    return Table(said("section.safety", language()), head, lines, note=note, caption_hidden=False)


def _followed(report: YearReport) -> Table:
    head = columns(_("Figure"), _("State"), _("Count"), _("Numbers"), numbers=(2,))
    lines = [
        line(what(figure, language()), _state(figure), number(figure.n), _refs(report, figure))
        for figure in report.section("followed")
    ]
    return Table(said("section.followed", language()), head, lines, caption_hidden=False)


def _analogues(report: YearReport) -> Table:
    head = columns(
        _("Figure"), _("Count"), _("Processed studies"), _("Per 1000, 95% limits"), numbers=(1, 2, 3)
    )
    lines = [
        line(
            Cell(what(figure, language()), wraps=True),
            number(figure.n) if figure.key != "hidden" else NOTHING,
            number(figure.of), _rates(figure),
        )
        for figure in report.section("analogues")
    ]  # fmt: skip
    return Table(said("section.analogues", language()), head, lines, caption_hidden=False)


def _lines(
    report: YearReport, section: str, key: str, draw: Callable[[YearReport, Figure], Line]
) -> Sequence[Line]:
    return [draw(report, figure) for figure in report.section(section) if figure.key == key]


def _finding(report: YearReport, figure: Figure) -> str:
    named = report.device.findings.get(figure.finding)
    return named.in_language(language()) if named else figure.finding


def _n(report: YearReport, figure: Figure) -> Cell:
    return Cell(number(figure.n), href=trace_of(report, figure.origins[0]) if figure.origins else "")


def _of(report: YearReport, figure: Figure) -> Cell:
    if figure.of is None:
        return Cell(NOTHING)
    return Cell(number(figure.of), href=trace_of(report, figure.origins[-1]) if figure.origins else "")


def trace_of(report: YearReport, origin: Origin) -> str:
    """The page of the rows behind a figure, for the days of the report."""
    asked = {
        "measure": origin.measure, "version": origin.version, "finding": origin.finding,
        "first": report.first.isoformat(), "after": report.after.isoformat(),
    }  # fmt: skip
    told = urlencode({name: text for name, text in asked.items() if text})
    return f"{reverse('trace', args=[report.device.code])}?{told}"


def _shares(figure: Figure) -> str:
    if figure.estimate is None:
        return NOTHING
    value, low, high = (float(getattr(figure.estimate, name)) for name in ("value", "low", "high"))
    return f"{share(value)} ({share(low)}–{share(high)})"


def _rates(figure: Figure) -> str:
    if figure.estimate is None:
        return NOTHING
    value, low, high = (float(getattr(figure.estimate, name)) for name in ("value", "low", "high"))
    return f"{number(value, 2)} ({number(low, 2)}–{number(high, 2)})"


def _refs(report: YearReport, figure: Figure) -> Cell:
    if not figure.refs:
        return Cell(NOTHING)
    shown = ", ".join(figure.refs[:REFS_SHOWN])
    more = len(figure.refs) - REFS_SHOWN
    note = _("and %(n)s more in the file") % {"n": number(more)} if more > 0 else ""
    return Cell(shown, href=_behind(report, figure), note=note, wraps=True)


def _behind(report: YearReport, figure: Figure) -> str:
    """The page of the one event, signal or case, or the list that holds them all."""
    kind = figure.key if figure.section == "followed" else "event"
    name, many = {
        "signal": ("signal", "signals"),
        "case": ("filing", "filings"),
        "event": ("event", "events"),
    }[kind]
    if len(figure.refs) == 1:
        return reverse(name, args=[figure.refs[0]])
    asked = {"device": report.device.code, "state": figure.part if kind == "signal" else "all"}
    return f"{reverse(many)}?{urlencode(asked)}"


def _state(figure: Figure) -> Cell:
    """How the signals or cases of a line stand, in their own words."""
    found = signal_state(figure.part) if figure.key == "signal" else filing_state("case", figure.part)
    return Cell(found.label, state=found.tone)
