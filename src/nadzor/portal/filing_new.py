# SPDX-License-Identifier: Apache-2.0
"""File something new: a registration by a route, an amendment by what changes, an end at one's own wish."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.open_filing import open_filing
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.law.load import norms
from nadzor.law.norm import NormMissing
from nadzor.people import queries as people
from nadzor.people.queries import Person
from nadzor.portal.fields import Wrong
from nadzor.portal.filing_deeds import told
from nadzor.portal.filing_labels import procedure_label
from nadzor.portal.frame import person_of
from nadzor.portal.inputs import Input, boxes, line, prose, select, summary
from nadzor.portal.law_marks import norm_href, sentence
from nadzor.portal.law_tools_amendment import route_sheet
from nadzor.portal.law_tools_duty import BillSheet, bill_sheet
from nadzor.portal.sheets import Chip, Crumb
from nadzor.portal.words import language, said
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.routes import ROUTES, Route
from nadzor.procedures.rules.amendment_route import Facts, route, words
from nadzor.procedures.rules.amendment_route import Route as Found
from nadzor.procedures.rules.duties import duty
from nadzor.procedures.rules.soundness import ACTS
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.register.filing_form import FORMS
from nadzor.register.filing_permissions import APPLICANTS, may_open

REGISTER: Final = "registration"
AMEND: Final = "amendment"
END: Final = "cancellation"


class Offer(Struct, frozen=True, kw_only=True):
    """One route to registration: who may take it, the norms that say so, the procedure if it is open here."""

    title: str
    says: str
    procedure: str
    norms: Sequence[Chip]


class Choice(Struct, frozen=True, kw_only=True):
    """A procedure that an amendment may take: opened by one button."""

    procedure: str
    title: str
    why: str
    bill: BillSheet | None
    is_first: bool


def page(request: HttpRequest) -> HttpResponse:
    """What can be filed; POST opens it and leads to its form."""
    who = _applicant(request)
    if request.method != "POST":
        return _shown(request, who)
    try:
        number = _opened(request, who)
    except Refusal as refusal:
        return _shown(request, who, refusal=refusal)
    return redirect(_first_page(request.POST.get("procedure", ""), number))


def _applicant(request: HttpRequest) -> Person:
    who = person_of(request)
    if who is None or who.role not in APPLICANTS:
        raise Refusal("filing.not-yours")
    return who


def _first_page(procedure: str, number: str) -> str:
    if procedure in ACTS:
        return reverse("filing-form", args=[number, "start"])
    return reverse("filing", args=[number])


def _opened(request: HttpRequest, who: Person) -> str:
    """Open the draft with what is known already.

    Raises: Refusal filing.procedure-unknown, filing.maker-needed, filing.device-needed, filing.not-yours,
    filing.field-malformed, filing.fact-malformed.
    """
    given, procedure = request.POST, request.POST.get("procedure", "")
    code = given.get("device") or given.get("ended")
    device = next((card for card in register.readable(who) if card.code == code), None)
    if procedure not in FORMS:
        raise Refusal("filing.procedure-unknown", "$.procedure")
    return open_filing(
        procedure, by=who, now=clock.now(), device=device.code if device else None,
        maker=given.get("maker") or None, form=_form(procedure, given, device),
    )  # fmt: skip


def _form(procedure: str, given: QueryDict, device: DeviceCard | None) -> dict[str, Any]:
    """What the draft begins with: the name typed, or what the register knows of the device."""
    if device is None:
        name = {key: text for key in ("ru", "en") if (text := given.get(f"name.{key}", "").strip())}
        ai = {"ai": True, "risk_class": "3"} if procedure == "registration_accelerated" else {}
        return ({"name": name} if name else {}) | ai
    known: dict[str, Any] = {"name": {"ru": device.name_ru, "en": device.name_en}}
    if procedure not in ACTS:
        return known | ({"summary": given["summary"]} if given.get("summary") else {})
    changes = [key for key in words().changes if key in given.getlist("changes")]
    known |= {"ai": device.ai, "transmits": device.transmits, "risk_class": device.risk_class}
    return known | ({"changes": changes} if changes else {})


def _shown(request: HttpRequest, who: Person, *, refusal: Refusal | None = None) -> HttpResponse:
    given = request.POST if refusal else request.GET
    devices = {card.code: card for card in register.readable(who)}
    device = devices.get(given.get("device", ""))
    fields = _fields(who, given, devices, refusal)
    found, fault = _route(given, device)
    context = {
        "offers": [_offer(each) for each in ROUTES],
        "registration": fields[REGISTER],
        "amendment": fields[AMEND],
        "cancellation": fields[END] if _may_end(who, devices) else [],
        "sheet": route_sheet(found) if found else None,
        "choices": _choices(found, device) if found and device else [],
        "device": device.code if device else "",
        "changes": given.getlist("changes"),
        "errors": _errors(fields, refusal, fault),
        "crumbs": [Crumb(_("Filings"), reverse("filings")), Crumb(_("File something new"))],
    }
    return render(request, "portal/filing_new.html", context, status=422 if refusal else 200)


def _fields(
    who: Person, given: QueryDict, devices: dict[str, DeviceCard], refusal: Refusal | None
) -> dict[str, list[Input]]:
    names = {code: card.name(language()) for code, card in devices.items()}
    chosen = given.get("device", "")
    wrong = told(refusal) if refusal else ""
    at = refusal.at if refusal else ""
    changes = {key: sentence(said(text)) for key, text in words().changes.items()}
    device = select("device", _("Which device?"), {"": _("choose")} | names, chosen)
    return {
        REGISTER: [
            boxes("procedure", _("Which route?"), _ways(), [given.get("procedure", "")], many=False,
                  error=wrong if at == "$.procedure" else ""),
            line("name.ru", _("Name of the product in Russian"), value=given.get("name.ru", ""),
                 hint=_("You may change it later, until you hand in.")),
            line("name.en", _("Name in English"), value=given.get("name.en", "")),
            *_makers(who, given, wrong if at == "$.maker" else ""),
        ],
        AMEND: [
            device,
            boxes("changes", _("What changes?"), changes, given.getlist("changes"),
                  hint=_("Mark everything that one application is to change.")),
        ],
        END: [
            msgspec.structs.replace(device, name="ended"),
            prose("summary", _("Why it is to end"), value=given.get("summary", "")),
        ],
    }  # fmt: skip


def _ways() -> dict[str, str]:
    return {each.procedure: said(each.title) for each in ROUTES if each.for_software}


def _makers(who: Person, given: QueryDict, error: str) -> list[Input]:
    """Whom the application is for, where a representative stands for several makers."""
    if len(who.represents) < 2:  # noqa: PLR2004
        return []
    cards = [found for code in sorted(who.represents) if (found := people.organisation(code))]
    names = {"": _("choose")} | {card.code: card.name(language()) for card in cards}
    return [select("maker", _("For which maker?"), names, given.get("maker", ""), error=error)]


def _may_end(who: Person, devices: dict[str, DeviceCard]) -> bool:
    return any(may_open(who, PROCEDURES[END], maker=card.maker.code) for card in devices.values())


def _offer(each: Route) -> Offer:
    today = clock.today()
    chips = [_chip(key, today) for key in each.norms]
    return Offer(title=said(each.title), says=_says(each.key), procedure=each.procedure, norms=chips)


def _chip(key: str, today: date) -> Chip:
    """A norm by its fact's number: three of one act would read alike."""
    fact = norms()[key][1].fact
    return Chip(fact or key, norm_href(key, today))


def _says(key: str) -> str:
    texts = {
        "simplified": _(
            "For any software: filed electronically; the expert institution concludes on the set."
        ),
        "accelerated": _(
            "Only for AI software that processes images from radiological studies: the paper set goes to the "
            "expert institution, the Moscow centre runs the clinical trial."
        ),
        "standard": _("The decree has it for other devices; software is not registered by it."),
    }
    return texts.get(key, "")


def _route(given: QueryDict, device: DeviceCard | None) -> tuple[Found | None, str]:
    """The procedure for what is marked, or what is missing to name it."""
    changes = [key for key in words().changes if key in given.getlist("changes")]
    if not changes and not given.get("device"):
        return None, ""
    if device is None:
        return None, _("Choose one of your devices.")
    if not changes:
        return None, _("Mark at least one change.")
    facts = {"changes": changes, "ai": device.ai, "transmits": device.transmits}
    try:
        return route(msgspec.convert(facts, Facts), clock.today()), ""
    except NormMissing as missing:
        return None, told(missing)


def _choices(found: Found, device: DeviceCard) -> list[Choice]:
    first = Choice(
        procedure=found.procedure, title=procedure_label(found.procedure), why="",
        bill=_bill(found.procedure, device), is_first=True,
    )  # fmt: skip
    others = [
        Choice(
            procedure=each.procedure, title=procedure_label(each.procedure), why=said(each.why.text),
            bill=_bill(each.procedure, device), is_first=False,
        )
        for each in found.alternatives
    ]  # fmt: skip
    return [first, *others]


def _bill(procedure: str, device: DeviceCard) -> BillSheet | None:
    with suppress(Refusal, NormMissing):
        return bill_sheet(duty(ACTS[procedure], device.risk_class, clock.today()))  # type: ignore[index,arg-type]
    return None


def _errors(fields: dict[str, list[Input]], refusal: Refusal | None, fault: str) -> list[Wrong]:
    found = [wrong for group in fields.values() for wrong in summary(group)]
    if refusal is not None and not found:
        found = [Wrong(told(refusal), "#registration")]
    return [*found, Wrong(fault, "#device")] if fault else found
