# SPDX-License-Identifier: Apache-2.0
"""The error budget: false alarms that were to be expected, alarms that came, and what survives among all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.error_budget import ErrorBudget, kept_budget
from nadzor.detect.national import BudgetLine, Evidence, Ledger
from nadzor.portal.frame import house
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Table, columns, line
from nadzor.portal.signal_words import detector_name
from nadzor.portal.words import day, evidence_size, language, moment, number, share
from nadzor.vigilance.cards import SignalRow

PROMISE = 0.25  # false alarms a device-year that the suite may raise, all detectors together
LISTED = 50
EXPECTED_BETWEEN = (0.1, 1.0)
"""Above the first, an expectation is told to two digits; above the second, to one."""


def page(request: HttpRequest) -> HttpResponse:
    """The account of the nation, as far as the asker may read of devices."""
    kept, scope = kept_budget(house()), scope_of(request)
    shown: dict[str, Any] = {
        "crumbs": [
            Crumb(_("Signals"), reverse("signals")),
            Crumb(_("Detectors"), reverse("detectors")),
            Crumb(_("Error budget")),
        ],
        "kept": kept,
    }
    if kept is not None:
        shown |= _account(kept, scope)
    return render(request, "portal/budget.html", shown)


def _account(kept: ErrorBudget, scope: Scope) -> dict[str, Any]:
    return {
        "sentence": sentence(kept.total.total),
        "facts": _facts(kept),
        "lines": ledger_table(kept.total, caption=_("Account of the detectors")),
        "evidence": _evidence(kept, scope),
        "devices": _devices(kept, scope),
        "meaning": meaning(kept),
    }


def sentence(total: BudgetLine) -> str:
    """What is promised, what was to be expected by chance, and what came."""
    facts = {
        "years": number(1.0 / PROMISE),
        "watched": number(total.device_years, 1),
        "expected": expectation(total.expected),
        "raised": number(total.raised),
    }
    return (
        _(
            "The promise: at most one false alarm in %(years)s device-years, all detectors together. Over "
            "the %(watched)s device-years watched so far, at most %(expected)s false alarms were to be "
            "expected; alarms raised, true and false: %(raised)s."
        )
        % facts
    )


def meaning(kept: ErrorBudget) -> str:
    """What it takes to survive among all streams, and what that is good for."""
    facts = {"streams": number(kept.streams), "alpha": share(kept.alpha, 0)}
    return (
        _(
            "One alarm is a voice among %(streams)s watched streams. Evidence that survives among all of "
            "them is kept apart here: of what survives, at most %(alpha)s is false on average. A legal act "
            "may not lean on an alarm alone, and on one that does not survive even less."
        )
        % facts
    )


def expectation(value: float) -> str:
    """An expected number of alarms, with as many digits as it needs."""
    few, many = EXPECTED_BETWEEN
    return number(value, 3 if value < few else 2 if value < many else 1)


def ledger_table(ledger: Ledger, *, caption: str) -> Table:
    """Each detector's account, and their sum."""
    head = columns(
        _("Detector"), _("May raise in vain"), _("Expected so far"), _("Alarms raised"), numbers=(2, 3)
    )
    total = ledger.total
    lines = [
        *map(_line, ledger.lines),
        line(_("All together"), stated_together(ledger), expectation(total.expected), number(total.raised)),
    ]
    return Table(caption, head, lines)


def device_account(code: str) -> Table | None:
    """One device's account; None before the first run of the detectors."""
    kept = kept_budget(house())
    if kept is None or code not in kept.devices:
        return None
    return ledger_table(kept.devices[code], caption=_("Account of the device"))


def device_sentence(code: str) -> str:
    """One device's account in a sentence; nothing before the first run of the detectors."""
    kept = kept_budget(house())
    return sentence(kept.devices[code].total) if kept and code in kept.devices else ""


def _line(one: BudgetLine) -> Line:
    name = Cell(detector_name(one.detector), href=reverse("detector", args=[one.detector]))
    return line(name, _stated(one), expectation(one.expected), number(one.raised))


def _stated(one: BudgetLine) -> str:
    stated = number(one.budget, 3)
    if one.kind == "anytime":
        return _("%(n)s in all") % {"n": stated}
    return _("%(n)s a year") % {"n": stated}


def stated_together(ledger: Ledger) -> Cell:
    """What accrues with the years, and what is promised once for all time."""
    sums = {"run_length": 0.0, "anytime": 0.0}
    for one in ledger.lines:
        sums["anytime" if one.kind == "anytime" else "run_length"] += one.budget
    yearly = _("%(n)s a year") % {"n": number(sums["run_length"], 3)}
    return Cell(yearly, note=_("and %(n)s in all") % {"n": number(sums["anytime"], 3)})


def _facts(kept: ErrorBudget) -> list[Fact]:
    surviving = [each for each in kept.evidence if each.survives]
    return [
        Fact(_("As of"), moment(kept.at), note=_("days before %(day)s") % {"day": day(kept.until)}),
        Fact(_("Devices watched"), number(len(kept.devices))),
        Fact(_("Device-years watched"), number(kept.total.total.device_years, 1)),
        Fact(_("Streams watched"), number(kept.streams)),
        Fact(_("Streams with an alarm"), number(len(kept.evidence))),
        Fact(_("Of them surviving among all"), number(len(surviving))),
    ]


def _evidence(kept: ErrorBudget, scope: Scope) -> Table:
    seen = [each for each in kept.evidence if scope.codes is None or each.device in scope.codes]
    head = columns(
        _("Device"), _("Detector"), _("Version"), _("Weight"), _("Needed"), _("Among all streams"),
        _("Where the figure comes from"), numbers=(3, 4),
    )  # fmt: skip
    note = ""
    if len(seen) > LISTED:
        note = _("The strongest %(n)s of %(of)s are shown.") % {"n": LISTED, "of": number(len(seen))}
    return Table(
        _("Evidence among all streams"), head, [_heard(each, scope) for each in seen[:LISTED]], note=note
    )


def _heard(each: Evidence, scope: Scope) -> Line:
    return line(
        Cell(scope.name(each.device, language()), href=reverse("device-charts", args=[each.device])),
        Cell(detector_name(each.detector), wraps=True),
        each.version or _("all"),
        evidence_size(each.e_value),
        evidence_size(each.needed),
        survival(each),
        Cell(source_words(each.source), wraps=True),
    )


def survival(each: Evidence) -> Cell:
    """Whether a stream's evidence survives, as a word and a tone."""
    return Cell(_("survives"), state="good") if each.survives else Cell(_("not yet"), state="calm")


def national_fact(row: SignalRow) -> Fact | None:
    """Whether a signal's evidence survives among all streams; None before the first account.

    Why: findings of the whole system, without a device, accuse nobody and are not weighed.
    """
    kept = kept_budget(house())
    if kept is None or not row.device:
        return None
    stream = (row.detector, row.device, row.version)
    found = [each for each in kept.evidence if (each.detector, each.device, each.version) == stream]
    if not found:
        return Fact(_("Among all streams"), _("no alarm stands now"))
    facts = {
        "size": evidence_size(found[0].e_value), "needed": evidence_size(found[0].needed),
        "streams": number(kept.streams), "source": source_words(found[0].source),
    }  # fmt: skip
    note = _("evidence %(size)s of %(needed)s needed among %(streams)s streams; from %(source)s") % facts
    return Fact(_("Among all streams"), _verdict(found[0]), note=note)


def _verdict(each: Evidence) -> str:
    if each.survives:
        return _("the evidence survives; even so, a legal act may not lean on the signal alone")
    return _("the evidence does not survive yet; a legal act may not lean on the signal alone")


def source_words(source: str) -> str:
    """Where an e-value comes from."""
    known = {
        "e_process": _("a process that holds at any time"),
        "p_value": _("a p-value over all looks"),
        "alarm_rate": _("the detector's stated rate alone"),
    }
    return known.get(source, source)


def _devices(kept: ErrorBudget, scope: Scope) -> Table:
    seen = {
        code: one.total for code, one in kept.devices.items() if scope.codes is None or code in scope.codes
    }
    head = columns(
        _("Device"), _("Device-years watched"), _("Expected so far"), _("Alarms raised"), numbers=(1, 2, 3)
    )
    most: Sequence[tuple[str, BudgetLine]] = sorted(
        seen.items(), key=lambda item: (item[1].expected - item[1].raised, item[0])
    )
    return Table(_("Account of each device"), head, [_device(code, one, scope) for code, one in most])


def _device(code: str, one: BudgetLine, scope: Scope) -> Line:
    href = reverse("device-charts", args=[code]) + "#budget"
    return line(
        Cell(scope.name(code, language()), href=href),
        number(one.device_years, 2), expectation(one.expected), number(one.raised),
    )  # fmt: skip
