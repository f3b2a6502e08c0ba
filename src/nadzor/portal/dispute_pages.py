# SPDX-License-Identifier: Apache-2.0
"""Disputes about a month's numbers: both figures, what each was counted from, how it ended; also on paper."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nadzor.actions.declare_month import columns_of
from nadzor.actions.open_dispute import disputed_month, open_dispute
from nadzor.actions.settle_dispute import settle_dispute
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, problem
from nadzor.law.norm import NormMissing
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.door import operation, public
from nadzor.portal.filing_deeds import told
from nadzor.portal.form_words import outcome_labels, question_label
from nadzor.portal.frame import house, person_of
from nadzor.portal.inputs import Input, boxes, prose
from nadzor.portal.months import month_or_404
from nadzor.portal.printing import pdf_answer, print_pdf
from nadzor.portal.sheets import Cell, Crumb, Fact, State, Table, columns, line
from nadzor.portal.words import day, language, moment, month, number, said
from nadzor.register import queries as register
from nadzor.statutory.dispute import dispute_body
from nadzor.vigilance.disputes import (
    DisputeCard,
    dispute,
    disputes,
    may_open_dispute,
    may_settle_dispute,
)
from nadzor_wire.canonical import canonical

GROUNDS_MAX = 4000


@operation
def of_month(request: HttpRequest, code: str, text: str) -> HttpResponse:
    """What a dispute of this month would say now, those that there are, and the button that opens one."""
    who, chosen = person_of(request), month_or_404(text)
    card = register.readable_device(who, code)
    found, why = _now(code, chosen)
    shown = device_top(card) | {
        "tabs": device_tabs(code, "device-months"),
        "month": chosen,
        "name": month(chosen.year, chosen.month),
        "crumbs": [
            Crumb(_("Devices"), reverse("devices")),
            Crumb(code, reverse("declared", args=[code, text])),
        ],
        "now": _sheet(found) if found else None,
        "why": why,
        "known": [(each, _state(each)) for each in disputes(who, device=code, month=str(chosen))],
        "may_open": found is not None and may_open_dispute(who, maker=card.maker.code),
    }
    return render(request, "portal/dispute_month.html", shown)


@require_POST
@public
def start(request: HttpRequest, code: str, text: str) -> HttpResponse:
    """Open it, or come to the one that is open."""
    who = person_of(request)
    register.readable_device(who, code)
    opened = open_dispute(house(), code, month_or_404(text), by=who, now=clock.now())
    return redirect("dispute", id=opened.id)


@operation
def page(request: HttpRequest, id: int) -> HttpResponse:
    """One dispute."""
    return render(request, "portal/dispute.html", _page(request, id))


@require_POST
@public
def settle(request: HttpRequest, id: int) -> HttpResponse:
    """Say how it ended; what is missing is said on the page."""
    outcome, because = (request.POST.get(name, "") for name in ("outcome", "because"))
    try:
        settle_dispute(id, outcome, because=because, by=person_of(request), now=clock.now())
    except Refusal as refusal:
        if refusal.code not in ("dispute.outcome", "dispute.no-grounds"):
            raise
        shown = _page(request, id) | {"wrong": told(refusal), "fields": _fields(outcome, because)}
        return render(request, "portal/dispute.html", shown, status=problem(refusal.code).status)
    return redirect("dispute", id=id)


@operation
def file(request: HttpRequest, id: int) -> HttpResponse:
    """The file as canonical JSON with its hash."""
    card = dispute(person_of(request), id)
    answer = HttpResponse(canonical({**card.body, "hash": card.digest}), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="dispute-{id}.json"'
    return answer


@operation
def paper(request: HttpRequest, id: int) -> HttpResponse:
    """The file as a tagged PDF."""
    card = dispute(person_of(request), id)
    shown = _sheet(card.body) | {
        "facts": _facts(card),
        "above_left": _("Dispute %(id)s") % {"id": id},
        "above_right": moment(card.opened_at),
        "below_left": _("Neither number is called right here."),
        "made": card.opened_at.isoformat(timespec="seconds"),
    }
    return pdf_answer(
        print_pdf("portal/dispute_paper.html", shown, title=_title(card), lang=language()), f"dispute-{id}"
    )


def _page(request: HttpRequest, id: int) -> dict[str, Any]:
    who = person_of(request)
    card = dispute(who, id)
    back = reverse("dispute-month", args=[card.device, card.month])
    return _sheet(card.body) | {
        "title": _title(card),
        "card": card,
        "state": _state(card),
        "facts": _facts(card),
        "crumbs": [Crumb(card.device, back), Crumb(_("Dispute %(id)s") % {"id": id})],
        "fields": _fields() if card.state == "open" and may_settle_dispute(who) else (),
    }


def _fields(outcome: str = "", because: str = "") -> tuple[Input, ...]:
    """What ends a dispute, as typed."""
    hint = _("Both sides will read them.")
    return (
        boxes("outcome", _("Outcome"), outcome_labels(), [outcome], many=False),
        prose("because", _("Grounds"), value=because[:GROUNDS_MAX], longest=GROUNDS_MAX, hint=hint),
    )


def _title(card: DisputeCard) -> str:
    chosen = Month.parse(card.month)
    return _("Dispute about the numbers of %(month)s, %(device)s") % {
        "month": month(chosen.year, chosen.month),
        "device": card.device,
    }


def _now(code: str, chosen: Month) -> tuple[dict[str, Any] | None, str]:
    """The file of this moment, or why there is none."""
    try:
        found = disputed_month(house(), code, chosen)
    except NormMissing:
        return None, _("No edition of the form covers this month.")
    except Refusal as refusal:
        return None, told(refusal)
    return (dispute_body(found), "") if found else (None, _("The two sides tell the same numbers."))


def _sheet(body: dict[str, Any]) -> dict[str, Any]:
    """The parts of a file as they are shown: cells, both origins, open questions, commands."""
    return {
        "cells": _cells(body),
        "undeclared": ", ".join(_names(body)[key] for key in body["undeclared"]),
        "declared": _declared(body["declared_from"]),
        "counted": _counted(body["counted_from"]),
        "questions": [question_label(code) for code in body["open_questions"]],
        "commands": "\n".join(body["commands"]),
    }


def _names(body: dict[str, Any]) -> dict[str, str]:
    """What the fields of a file are called; one that the form no longer has, by its key."""
    told = {one.key: said(one.heading) for one in columns_of(body["device"], Month.parse(body["month"]))}
    keys = [*(each["key"] for each in body["cells"]), *body["undeclared"]]
    return {key: told.get(key, key) for key in keys}


def _cells(body: dict[str, Any]) -> Table:
    names = _names(body)
    lines = [
        line(
            names[each["key"]],
            number(each["declared"]),
            number(each["counted"]),
            Cell(f"{each['difference']:+d}", state="warn"),
        )
        for each in body["cells"]
    ]
    head = columns(_("Field"), _("Declared"), _("From events"), _("Difference"), numbers=(1, 2, 3))
    return Table(_("Where the two differ"), head, lines)


def _declared(source: dict[str, Any]) -> list[Fact]:
    return [
        Fact(_("SHA-256 of the file"), source["file_sha256"], mono=True),
        Fact(_("Lines"), number(source["rows"])),
        Fact(_("Sent"), moment(datetime.fromisoformat(source["sent_at"]))),
        Fact(_("Files it replaced"), number(source["replaced"])),
    ]


def _counted(source: dict[str, Any]) -> list[Fact]:
    return [
        Fact(_("Hash of the report"), source["report_hash"], mono=True),
        Fact(_("Edition"), source["edition"]),
        Fact(_("Rollup"), source["rollup"], mono=True),
        Fact(_("Rows of the rollup"), number(source["rows"]), note=source["rows_sha256"]),
        Fact(_("Batches in the journal"), number(source["journal_size"])),
        Fact(_("Counts what was known up to"), day(date.fromisoformat(source["known_by"]))),
        Fact(_("Rejected at intake"), number(source["rejected"])),
        Fact(_("Missing from the sequence"), number(source["missing"])),
        Fact(_("Sent again"), number(source["repeated"])),
        Fact(_("Studies known only after the month"), number(source["late"])),
    ]


def _facts(card: DisputeCard) -> list[Fact]:
    found = [
        Fact(_("Device"), card.device, href=reverse("device", args=[card.device])),
        Fact(_("State"), _state(card).label, state=_state(card).tone),
        Fact(_("Opened"), moment(card.opened_at), note=card.opened_by or _("console")),
        Fact(_("Hash of the file"), card.digest, mono=True),
    ]
    if card.settled_at is not None:
        found.append(Fact(_("Settled"), moment(card.settled_at), note=card.settled_by))
        found.append(Fact(_("Outcome"), outcome_labels().get(card.outcome, card.outcome), note=card.because))
    return found


def _state(card: DisputeCard) -> State:
    return State(_("not settled"), "warn") if card.state == "open" else State(_("settled"), "good")
