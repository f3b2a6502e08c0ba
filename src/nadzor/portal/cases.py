# SPDX-License-Identifier: Apache-2.0
"""Open a case of the regulator against an entry: to suspend the use of a device, or to end a registration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.open_filing import open_filing
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.portal.filing_deeds import told
from nadzor.portal.filing_labels import procedure_label
from nadzor.portal.frame import person_of
from nadzor.portal.inputs import Input, boxes, select, summary
from nadzor.portal.sheets import Crumb
from nadzor.portal.words import language
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.register import queries as register
from nadzor.register.filing_permissions import DELEGATES, may_open

CASES: Final = ("case", "cancellation")


class Asked(Struct, frozen=True):
    """What was asked for: a case of which kind, about which device."""

    procedure: str = ""
    device: str = ""


def page(request: HttpRequest) -> HttpResponse:
    """The form; POST opens the case and leads to its card, where its first move is made with evidence."""
    who = person_of(request)
    if not opens_cases(who):
        raise Refusal("filing.not-yours")
    given = request.POST if request.method == "POST" else request.GET
    asked = Asked(given.get("procedure", "")[:40], given.get("device", "")[:64])
    if request.method != "POST":
        return _shown(request, asked)
    try:
        return redirect("filing", number=_opened(who, asked))
    except Refusal as refusal:
        return _shown(request, asked, refusal=refusal)


def opens_cases(who: Person | None) -> bool:
    """Whether this person opens cases at all."""
    return who is not None and who.role in DELEGATES and may_open(who, PROCEDURES[CASES[0]], maker="")


def _opened(who: Person | None, asked: Asked) -> str:
    """Open the case.

    Raises: Refusal filing.procedure-unknown, filing.device-needed, filing.not-yours.
    """
    if asked.procedure not in CASES:
        raise Refusal("filing.procedure-unknown", "$.procedure")
    return open_filing(asked.procedure, by=who, now=clock.now(), device=asked.device)


def _shown(request: HttpRequest, asked: Asked, *, refusal: Refusal | None = None) -> HttpResponse:
    fields = _fields(request, asked, refusal)
    context = {
        "fields": fields,
        "errors": summary(fields),
        "crumbs": [Crumb(_("Filings"), reverse("filings")), Crumb(_("Open a case"))],
    }
    return render(request, "portal/case_new.html", context, status=422 if refusal else 200)


def _fields(request: HttpRequest, asked: Asked, refusal: Refusal | None) -> Sequence[Input]:
    names = {card.code: card.name(language()) for card in register.readable(person_of(request))}
    at, wrong = (refusal.at, told(refusal)) if refusal else ("", "")
    kinds = {name: procedure_label(name) for name in CASES}
    return [
        boxes("procedure", _("What is the case about?"), kinds, [asked.procedure], many=False,
              error=wrong if at == "$.procedure" else ""),
        select("device", _("Which device?"), {"": _("choose")} | names, asked.device,
               error=wrong if at == "$.device" else ""),
    ]  # fmt: skip
