# SPDX-License-Identifier: Apache-2.0
"""Open a case of the regulator: about a device in use, on a signal or an event, or to end a registration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.open_case import open_case
from nadzor.actions.open_filing import open_filing
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.portal.case_words import kinds
from nadzor.portal.fields import Wrong
from nadzor.portal.filing_deeds import told
from nadzor.portal.filing_labels import procedure_label
from nadzor.portal.frame import person_of
from nadzor.portal.inputs import Input, boxes, prose, select, summary
from nadzor.portal.sheets import Crumb
from nadzor.portal.words import language
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.register import queries as register
from nadzor.register.filing_permissions import DELEGATES, may_open

CASES: Final = ("case", "cancellation")
#: What a case may be opened on from a card: the name of the field is the kind of ground.
ON: Final = ("signal", "event")
GROUNDS_MAX: Final = 4000


class Asked(Struct, frozen=True, kw_only=True):
    """What was asked for: a case of which kind, about which device, on which ground and why."""

    procedure: str = ""
    device: str = ""
    kind: str = ""
    ref: str = ""
    because: str = ""


def page(request: HttpRequest) -> HttpResponse:
    """The form; POST opens the case and leads to its card, where its first move is made with evidence."""
    who = person_of(request)
    if not opens_cases(who):
        raise Refusal("filing.not-yours")
    given = request.POST if request.method == "POST" else request.GET
    asked = _asked(given)
    if request.method != "POST":
        return _shown(request, asked)
    try:
        return redirect("filing", number=_opened(who, asked))
    except Refusal as refusal:
        return _shown(request, asked, refusal=refusal)


def _asked(given: QueryDict) -> Asked:
    """What the form or the address says; a ground is named by its kind, as `signal=12` or `event=AE-…`."""
    kind = next((kind for kind in ON if given.get(kind)), "")
    return Asked(
        procedure=CASES[0] if kind else given.get("procedure", "")[:40],
        device=given.get("device", "")[:64],
        kind=kind,
        ref=given.get(kind, "")[:60] if kind else "",
        because=given.get("because", "")[:GROUNDS_MAX],
    )


def opens_cases(who: Person | None) -> bool:
    """Whether this person opens cases at all."""
    return who is not None and who.role in DELEGATES and may_open(who, PROCEDURES[CASES[0]], maker="")


def _opened(who: Person | None, asked: Asked) -> str:
    """Open the case; a second press on one ground leads to the case that is open on it already.

    Raises: Refusal filing.procedure-unknown, filing.device-needed, filing.not-yours; those of `open_case`.
    """
    if asked.kind:
        rest = [(asked.kind, asked.ref)]
        return open_case(asked.device, grounds=rest, by=who, now=clock.now(), because=asked.because)
    if asked.procedure not in CASES:
        raise Refusal("filing.procedure-unknown", "$.procedure")
    return open_filing(asked.procedure, by=who, now=clock.now(), device=asked.device)


def _shown(request: HttpRequest, asked: Asked, *, refusal: Refusal | None = None) -> HttpResponse:
    fields = _fields(request, asked, refusal)
    errors = summary(fields)
    context = {
        "fields": fields,
        "errors": errors or ([Wrong(told(refusal), "#main")] if refusal else []),
        "ground": asked,
        "ground_label": f"{kinds()[asked.kind]} {asked.ref}" if asked.kind else "",
        "crumbs": [Crumb(_("Filings"), reverse("filings")), Crumb(_("Open a case"))],
    }
    return render(request, "portal/case_new.html", context, status=422 if refusal else 200)


def _fields(request: HttpRequest, asked: Asked, refusal: Refusal | None) -> Sequence[Input]:
    names = {card.code: card.name(language()) for card in register.readable(person_of(request))}
    at, wrong = (refusal.at, told(refusal)) if refusal else ("", "")
    which = {name: procedure_label(name) for name in CASES}
    device = select("device", _("Which device?"), {"": _("choose")} | names, asked.device,
                    error=wrong if at == "$.device" else "")  # fmt: skip
    if asked.kind:
        hint = _("Whoever is concerned will read them.")
        error = wrong if at == "$.because" else ""
        return [device, prose("because", _("Grounds"), value=asked.because, hint=hint, error=error)]
    return [
        boxes("procedure", _("What is the case about?"), which, [asked.procedure], many=False,
              error=wrong if at == "$.procedure" else ""),
        device,
    ]  # fmt: skip
