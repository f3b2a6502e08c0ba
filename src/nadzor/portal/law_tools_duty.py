# SPDX-License-Identifier: Apache-2.0
"""What does an act cost?  A bill item by item, each with its norm; disputed sums are shown, never chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.problems import Refusal, problem, title
from nadzor.law.norm import NormMissing
from nadzor.portal.fields import Ticks, Wrong, ticks, wrongs
from nadzor.portal.law_marks import norm_href
from nadzor.portal.norm_words import status_state
from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import WIDE, day, language, number, reference, said
from nadzor.procedures.rules.duties import ACTS, Bill, BillItem, duty, tariff
from nadzor.procedures.rules.rule import RISK_CLASSES


class Item(Struct, frozen=True, kw_only=True):
    """One line of the bill."""

    what: str
    amount: str
    chip: Chip
    known: State
    note: str


class BillSheet(Struct, frozen=True, kw_only=True):
    """The bill as the page prints it; no total where one sum is disputed."""

    title: str
    items: Sequence[Item]
    total: str
    state: State
    notes: Sequence[str]
    on: str


class Gap(Struct, frozen=True):
    """A day or an act whose duty is not known: what is missing, what to do, and the norm that is missing."""

    title: str
    do: str
    href: str


def page(request: HttpRequest) -> HttpResponse:
    """The form as an address, and the bill above it."""
    given = request.GET
    on, day_fault = _day(given.get("on", "").strip())
    bill, faults, gap = _answer(given, on)
    fields = duty_fields(given, faults)
    errors = wrongs(*fields) + ([Wrong(day_fault, "#on")] if day_fault else [])
    context = {
        "fields": fields,
        "errors": errors,
        "typed_day": given.get("on", "") or clock.today().isoformat(),
        "day_fault": day_fault,
        "sheet": bill_sheet(bill) if bill else None,
        "gap": gap,
    }
    return render(request, "portal/law_duty.html", context)


def duty_fields(given: QueryDict, faults: dict[str, str]) -> list[Ticks]:
    """The questions of the form, filled in as the address says."""
    acts = {act: said(tariff().acts[act].name) for act in ACTS}
    classes = {each: _("Class %(c)s") % {"c": each} for each in RISK_CLASSES}
    return [
        Ticks(
            name="act",
            legend=_("What is to be done?"),
            ticks=ticks(acts, [given.get("act", "")]),
            error=faults.get("act", ""),
        ),
        Ticks(
            name="class",
            legend=_("Which risk class?"),
            hint=_("Software with artificial intelligence is class 3 always."),
            ticks=ticks(classes, [given.get("class", "")]),
            error=faults.get("class", ""),
        ),
    ]


def bill_sheet(bill: Bill) -> BillSheet:
    """A bill in this request's language."""
    if bill.total is None:
        state = State(_("no total: a sum is disputed"), "warn")
    elif bill.confirmed:
        state = State(_("confirmed by the founding text"), "good")
    else:
        state = State(_("not confirmed: check before you pay"), "warn")
    return BillSheet(
        title=said(bill.name),
        items=[_item(item, bill.on) for item in bill.items],
        total=roubles(bill.total) if bill.total is not None else "",
        state=state,
        notes=[said(note) for note in bill.notes],
        on=day(bill.on),
    )


def roubles(amount: int) -> str:
    """A sum of money: 195 000 ₽."""
    return f"{number(amount)}{WIDE}₽"


def _answer(given: QueryDict, on: date | None) -> tuple[Bill | None, dict[str, str], Gap | None]:
    if not given or on is None:
        return None, {}, None
    act = next((each for each in ACTS if each == given.get("act")), None)
    if act is None:
        return None, {"act": _("Choose what is to be done.")}, None
    risk_class = next((each for each in RISK_CLASSES if each == given.get("class")), None)
    try:
        return duty(act, risk_class, on), {}, None
    except NormMissing as missing:
        return None, {}, _gap(missing, on)
    except Refusal as refusal:
        if refusal.at != "$.class":
            raise
        return None, {"class": _("Choose the class: the duty depends on it.")}, None


def _gap(missing: NormMissing, on: date) -> Gap:
    do = problem(missing.code).do.in_language(language())
    return Gap(title(missing, language()), do, norm_href(missing.key, on))


def _day(typed: str) -> tuple[date | None, str]:
    """The day asked about: today when none is named; a fault when it is no day."""
    if not typed:
        return clock.today(), ""
    try:
        return date.fromisoformat(typed), ""
    except ValueError:
        return None, _("Write the day as year-month-day, for example 2026-11-20.")


def _item(item: BillItem, on: date) -> Item:
    chip = Chip(reference(item.cite), norm_href(item.key, on))
    if item.disputed:
        return _open_item(item, chip, _("disputed"), said(item.disputed))
    if item.apart:
        return _open_item(item, chip, _("by contract"), said(item.apart))
    amount = roubles(item.amount) if item.amount is not None else ""
    known = status_state(item.status)
    return Item(what=said(item.what), amount=amount, chip=chip, known=known, note="")


def _open_item(item: BillItem, chip: Chip, amount: str, note: str) -> Item:
    return Item(what=said(item.what), amount=amount, chip=chip, known=status_state(item.status), note=note)
