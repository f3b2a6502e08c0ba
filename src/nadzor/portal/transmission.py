# SPDX-License-Identifier: Apache-2.0
"""The transmission gate of one device: how far it came, its test, its months, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from nadzor.actions.declare_transmission import declare_transmission
from nadzor.actions.excuse_period import excuse_period
from nadzor.actions.grant_access import end_gate, grant_access, invite_bench, revoke_access
from nadzor.actions.judge_stream import judge_stream
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, problem
from nadzor.portal.chips import norm_chip
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.door import public
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house, person_of
from nadzor.portal.transmission_sheets import (
    buttons,
    certificate_facts,
    check_table,
    history,
    month_table,
    path_of,
    reasons,
    state_mark,
)
from nadzor.portal.words import said
from nadzor.register import gate
from nadzor.register import queries as register
from nadzor.register.gate_cards import GateCard

TOKENS = {"grant": grant_access, "bench": invite_bench}
CLOSINGS = {"revoke": revoke_access, "end": end_gate}
#: Refusals of the gate itself, shown on its page; all others have a page of their own.
ON_THE_PAGE = "gate."


def page(request: HttpRequest, code: str) -> HttpResponse:
    """The gate as it stands."""
    return render(request, "portal/transmission.html", _page(request, code))


def certificate(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """The signed record of a test, as a file that `nadzor gate verify` reads."""
    register.readable_device(person_of(request), code)
    record = gate.certificate(code, number)
    answer = HttpResponse(record.note, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="certificate-{number}.txt"'
    return answer


@require_POST
@public
def move(request: HttpRequest, code: str, deed: str) -> HttpResponse:
    """Do what a button asks and show the gate again; what the gate refuses stands on it, with what to do."""
    register.readable_device(person_of(request), code)
    try:
        return _done(request, code, deed)
    except Refusal as refusal:
        if not refusal.code.startswith(ON_THE_PAGE):
            raise
        page = _page(request, code) | {"wrong": told(refusal)}
        return render(request, "portal/transmission.html", page, status=problem(refusal.code).status)


def _done(request: HttpRequest, code: str, deed: str) -> HttpResponse:
    """One deed; a token is shown at once, and only once."""
    who, given = person_of(request), request.POST
    now, because = clock.now(), given.get("because", "")
    if deed in TOKENS:
        token = TOKENS[deed](house(), device=code, by=who, now=now)
        return _token_page(request, code, token)
    if deed in CLOSINGS:
        CLOSINGS[deed](house(), device=code, by=who, because=because, now=now)
    elif deed == "declare":
        declare_transmission(code, by=who, now=now)
    elif deed == "test":
        judge_stream(house(), device=code, by=who, now=now)
    elif deed == "excuse":
        excuse_period(code, _month(given.get("month", "")), by=who, because=because, now=now)
    else:
        raise Http404(deed)
    return redirect("transmission", code=code)


def _page(request: HttpRequest, code: str, *, token: str = "") -> dict[str, Any]:
    who = person_of(request)
    card = register.readable_device(who, code)
    found = gate.gate(code, today=clock.today())
    top = device_top(card)
    return top | {
        "tabs": device_tabs(code, "transmission"),
        "marks": [*top["marks"], state_mark(found.state)],
        "path": path_of(found),
        "next": said(found.next),
        "reasons": reasons(found.reasons),
        "certificate": certificate_facts(found.certificate, house()),
        "test": found.last_test,
        "checks": check_table(found.last_test, clock.today()),
        "months": month_table(code, found),
        "norm": norm_chip(gate.PERIOD, clock.today()),
        "steps": history(found),
        "buttons": buttons(who, card.maker.code, found),
        "missed": _missed(found),
        "token": token,
        "portal": house().settings.portal_url,
    }


def _token_page(request: HttpRequest, code: str, token: str) -> HttpResponse:
    answer = render(request, "portal/transmission.html", _page(request, code, token=token))
    answer["Cache-Control"] = "no-store"
    return answer


def _missed(found: GateCard) -> Sequence[str]:
    return [str(each.month) for each in found.months if each.received == "missed"]


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Http404(text) from error
