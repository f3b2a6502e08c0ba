# SPDX-License-Identifier: Apache-2.0
"""What clinics say, for inspectors: claims that wait for an answer, volumes they do not agree with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.report_missing import TOLD_MAX, answer_missing
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.permissions import must_hear_clinics
from nadzor.portal.clinic_labels import answers, quarter_text
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, prose, select, summary
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.vault_link import vault_link
from nadzor.portal.words import language, moment, number
from nadzor.register import clinic_words
from nadzor.register import queries as register
from nadzor.register.clinic_words import CONTRADICTS, MissingCard, VolumeCard

ALL: Final = "all"
STRONG: Final = "contradicts"
ON_THE_PAGE: Final = frozenset({"clinic.told", "clinic.told-personal", "clinic.answered"})


class Claim(Struct, frozen=True, kw_only=True):
    """One claim that waits: what it says, and the field of the answer."""

    id: int
    told: str
    device: str
    site: str
    ask: str
    at: str
    field: Input


def page(request: HttpRequest) -> HttpResponse:
    """Claims first, then the words about volumes; filters stay in the address."""
    return _page(request)


def answer(request: HttpRequest, id: int) -> HttpResponse:
    """Answer a claim; a refused answer comes back as it was typed."""
    given = request.POST.get(f"answer-{id}", "")
    try:
        answer_missing(house(), id, given, by=asker(request), now=clock.now())
    except Refusal as refusal:
        if refusal.code not in ON_THE_PAGE:
            raise
        return _page(request, wrong={id: told(refusal)}, status=problem(refusal.code).status)
    messages.success(request, _("Answered; the clinic reads it on its page."))
    return redirect("clinic-words")


def _page(request: HttpRequest, *, wrong: dict[int, str] | None = None, status: int = 200) -> HttpResponse:
    must_hear_clinics(asker(request))
    found = clinic_words.missing()
    waiting = [_claim(one, request, (wrong or {}).get(one.id, "")) for one in found if not one.answered_at]
    quarter, which = request.GET.get("quarter", ""), request.GET.get("answer", STRONG)
    context: dict[str, Any] = {
        "waiting": waiting,
        "errors": summary([one.field for one in waiting]),
        "answered": _answered([one for one in found if one.answered_at]),
        "filters": _filters(quarter, which),
        "volumes": _volumes(quarter, which),
    }
    return render(request, "portal/clinic_words.html", context, status=status)


def _claim(one: MissingCard, request: HttpRequest, error: str) -> Claim:
    name = f"answer-{one.id}"
    label = _("Answer to claim %(id)s") % {"id": one.id}
    hint = _("The clinic reads it as it stands. No names, no telephones.")
    typed = request.POST.get(name, "")[: 2 * TOLD_MAX]
    return Claim(
        id=one.id,
        told=one.told,
        device=one.device or "",
        site=one.site,
        ask=vault_link(one.site),
        at=moment(one.at),
        field=prose(name, label, hint=hint, value=typed, error=error, longest=TOLD_MAX),
    )


def _answered(found: Sequence[MissingCard]) -> Table | None:
    if not found:
        return None
    head = columns(_("Claim"), _("Sent"), _("Site"), _("Device"), _("What is missing"), _("Answer"))
    lines = [
        line(
            number(one.id), moment(one.at), Cell(one.site, mono=True), _device(one.device),
            Cell(one.told, wraps=True), Cell(one.answer, note=moment(one.answered_at), wraps=True),
        )
        for one in found
    ]  # fmt: skip
    return Table(_("Answered"), head, lines)


def _filters(quarter: str, which: str) -> list[Input]:
    known = {"": _("all quarters"), **{each: quarter_text(each) for each in clinic_words.quarters()}}
    words = {STRONG: _("those that contradict"), ALL: _("all answers"), **answers()}
    return [
        select("quarter", _("Quarter"), known, quarter if quarter in known else ""),
        select("answer", _("Answer"), words, which if which in words else STRONG),
    ]


def _volumes(quarter: str, which: str) -> Table:
    found = clinic_words.volumes(quarter=quarter or None)
    wanted = {STRONG: CONTRADICTS, ALL: frozenset(answers())}.get(which, frozenset({which}))
    head = columns(
        _("Quarter"), _("Device"), _("Installation"), _("Site"), _("Shown"), _("The clinic says"), _("Said"),
        numbers=(4,),
    )  # fmt: skip
    return Table(_("Words about volumes"), head, [_volume(one) for one in found if one.answer in wanted])


def _volume(one: VolumeCard) -> Line:
    return line(
        quarter_text(one.quarter),
        _device(one.device),
        Cell(one.installation, mono=True),
        Cell(one.site, mono=True),
        number(one.counted),
        Cell(answers()[one.answer], state="warn" if one.contradicts else ""),
        moment(one.at),
    )


def _device(code: str | None) -> Cell:
    if code is None:
        return Cell(_("not named"))
    return Cell(register.device(code).name(language()), href=reverse("device", args=[code]))
