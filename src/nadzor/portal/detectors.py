# SPDX-License-Identifier: Apache-2.0
"""The detectors: each with its dossier, and what all of them together may raise in vain."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.error_budget import ErrorBudget, kept_budget
from nadzor.base.problems import Refusal
from nadzor.detect.dossier import DETECTORS, Dossier, dossier, dossiers
from nadzor.detect.national import BudgetLine
from nadzor.people.permissions import may_review_signals
from nadzor.portal.budget import expectation, sentence, stated_together
from nadzor.portal.frame import house, person_of
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, State, Table, columns, line
from nadzor.portal.words import NOTHING, day, number, said, share
from nadzor.vigilance import queries
from nadzor.vigilance.cards import DetectorRecord
from nadzor.vigilance.quiet_queries import quiet_record


def index(request: HttpRequest) -> HttpResponse:
    """All detectors with their budget and their record."""
    kept = kept_budget(house())
    told = sentence(kept.total.total) if kept else ""
    shown = {"table": _list(), "quiet": _quiet(request), "sentence": told}
    return render(request, "portal/detectors.html", shown)


def one(request: HttpRequest, name: str) -> HttpResponse:
    """The dossier of one detector."""
    if name not in DETECTORS:
        raise Refusal("detector.unknown")
    told = dossier(name)
    shown = {
        "title": said(told.title),
        "why": said(told.why_it_matters),
        "method": [said(each) for each in told.how_calculated],
        "sources": [Fact(said(each.used_for), each.cite) for each in told.sources],
        "facts": _facts(told),
        "record": _record(queries.record(name)),
        "not_excluded": [said(each) for each in told.not_excluded],
        "limits": [said(each) for each in told.limits],
        "signals": reverse("signals") + f"?state=all&detector={name}",
        "marks": [_review(told)],
        "crumbs": [
            Crumb(_("Signals"), reverse("signals")), Crumb(_("Detectors"), reverse("detectors")), Crumb(name),
        ],
    }  # fmt: skip
    return render(request, "portal/detector.html", shown)


def _list() -> Table:
    """Each detector: what it may raise in vain, what was to be expected, what came and how it ended."""
    records = {each.detector: each for each in queries.records()}
    kept = kept_budget(house())
    ledger = {each.detector: each for each in kept.total.lines} if kept else {}
    lines = [_line(each, ledger.get(each.detector), records.get(each.detector)) for each in dossiers()]
    head = columns(
        _("Detector"), _("May raise in vain"), _("Expected so far"), _("Alarms raised"), _("Signals"),
        _("Decided"), _("Confirmed share"), numbers=(2, 3, 4, 5, 6),
    )  # fmt: skip
    return Table(_("Detectors and what they may raise in vain"), head, [*lines, *_sum(kept)])


def _sum(kept: ErrorBudget | None) -> list[Line]:
    if kept is None:
        return []
    total = kept.total.total
    told = (stated_together(kept.total), expectation(total.expected), number(total.raised))
    return [line(_("All together"), *told, "", "", "")]


def _line(told: Dossier, account: BudgetLine | None, record: DetectorRecord | None) -> Line:
    name = Cell(said(told.title), href=reverse("detector", args=[told.detector]), note=said(told.cadence))
    counted = (expectation(account.expected), number(account.raised)) if account else (NOTHING, NOTHING)
    raised, decided = (record.raised, record.decided) if record else (0, 0)
    confirmed = share(record.confirmed_share, 0) if record else share(None)
    stated = Cell(number(told.guarantee.budget, 3), note=said(told.guarantee.unit), wraps=True)
    return line(name, stated, *counted, number(raised), number(decided), confirmed)


def _facts(told: Dossier) -> list[Fact]:
    promise = told.guarantee
    return [
        Fact(_("Budget"), number(promise.budget, 3), note=said(promise.unit)),
        Fact(_("Why it holds"), said(promise.why_it_holds)),
        Fact(_("Measured rate"), said(promise.measured)),
        Fact(_("What it reads"), ", ".join(told.reads), mono=True),
        Fact(_("Owner"), said(told.owner)),
        Fact(_("Cadence"), said(told.cadence)),
        Fact(_("What to do"), said(told.action)),
        Fact(_("Author"), told.review.author),
        Fact(_("Checked by"), told.review.checker),
        Fact(_("Next review"), day(told.review.next_review)),
    ]


def _record(record: DetectorRecord) -> list[Fact]:
    return [
        Fact(_("Raised"), number(record.raised)),
        Fact(_("Confirmed"), number(record.confirmed), note=_of_them_resolved(record)),
        Fact(_("Explained"), number(record.explained)),
        Fact(_("Dismissed"), number(record.dismissed)),
        Fact(_("Confirmed share"), share(record.confirmed_share, 0)),
    ]


def _of_them_resolved(record: DetectorRecord) -> str:
    return (
        _("of them resolved in a version: %(n)s") % {"n": number(record.resolved)} if record.resolved else ""
    )


def _review(told: Dossier) -> State:
    if told.review.status == "reviewed":
        return State(_("checked by a second person"), "good")
    return State(_("not checked by a second person yet"), "warn")


def _quiet(request: HttpRequest) -> str:
    """What looking at quiet devices showed; only those who review signals are told."""
    if not may_review_signals(person_of(request)):
        return ""
    told = quiet_record()
    facts = {"looked": number(told.looked), "something": number(told.something)}
    return _("Quiet devices looked at: %(looked)s; something was seen at %(something)s of them.") % facts
