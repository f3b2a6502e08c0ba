# SPDX-License-Identifier: Apache-2.0
"""A clinic's own page: which AI works there, is it right, what is reported, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.clinic_systems import ClinicSystems, System, clinic_systems
from nadzor.actions.report_missing import TOLD_MAX, report_missing
from nadzor.actions.state_volume import Word, state_volume
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.base.quarter import Quarter
from nadzor.people.queries import Person
from nadzor.portal.clinic_labels import answers, quarter_name, warning_states
from nadzor.portal.desks import asker
from nadzor.portal.event_clinic import unconfirmed
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.identity import device_state
from nadzor.portal.inputs import Input, boxes, line, prose, summary
from nadzor.portal.sheets import Cell, Fact, State, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.warning_clinic import urgent
from nadzor.portal.words import NOTHING, day, language, moment, number, said
from nadzor.records import notices
from nadzor.register import queries as register
from nadzor.register.clinic_words import MissingCard

FOUND_MAX: Final = 8
NEWEST: Final = 5
UNLISTED: Final = ""
#: Refusals that stand on the page beside what was typed; all others have a page of their own.
ON_THE_PAGE: Final = frozenset(
    {"clinic.told", "clinic.told-personal", "clinic.too-many", "clinic.answer", "clinic.quarter",
     "clinic.volume-stated"}
)  # fmt: skip


class Shown(Struct, frozen=True, kw_only=True):
    """One installation as its clinic sees it."""

    id: str
    name: str
    href: str
    marks: Sequence[State]
    facts: Sequence[Fact]
    counted: str
    stated: str
    field: Input | None


def page(request: HttpRequest) -> HttpResponse:
    """The systems of the asker's own site."""
    return _page(request)


def missing(request: HttpRequest) -> HttpResponse:
    """Take a claim that an installation is missing."""
    given = request.POST
    words = given.get("told", "")
    try:
        report_missing(
            house(), words, device=given.get("device", "")[:40], by=asker(request), now=clock.now()
        )
    except Refusal as refusal:
        return _back(request, refusal, told_error=told(refusal))
    messages.success(request, _("Your claim is with the inspectors; the answer will stand on this page."))
    return redirect(reverse("clinic") + "#claims")


def volume(request: HttpRequest, id: str) -> HttpResponse:
    """Take the quarterly word about one installation."""
    given = request.POST
    try:
        word = Word(id, given.get("quarter", "")[:7], given.get(f"answer-{id}", ""))
        state_volume(house(), word, by=asker(request), now=clock.now())
    except Refusal as refusal:
        return _back(request, refusal, wrong=told(refusal))
    messages.success(request, _("Thank you: your answer was kept."))
    return redirect(reverse("clinic") + f"#{id}")


def _back(request: HttpRequest, refusal: Refusal, *, told_error: str = "", wrong: str = "") -> HttpResponse:
    """The page again, with what is wrong and what was typed."""
    if refusal.code not in ON_THE_PAGE:
        raise refusal
    return _page(request, told_error=told_error, wrong=wrong, status=problem(refusal.code).status)


def _page(request: HttpRequest, *, told_error: str = "", wrong: str = "", status: int = 200) -> HttpResponse:
    who = asker(request)
    found = clinic_systems(house(), by=who, today=clock.today())
    typed = {**request.GET.dict(), **request.POST.dict()}
    fields = _form(typed, told_error)
    context: dict[str, Any] = {
        "systems": [_shown(one, found.quarter) for one in found.systems],
        "lede": _lede(found),
        "quarter": str(found.quarter),
        "quarter_name": quarter_name(found.quarter),
        "search": line("q", _("Name or registration number"), value=typed.get("q", "")[:100], longest=100),
        "fields": fields,
        "is_open": bool(typed.get("q") or told_error),
        "errors": summary(fields),
        "wrong": wrong,
        "claims": _claims(found.missing) if found.missing else None,
        "notices": _notices(who),
        "urgent": urgent(who),
        "unconfirmed": unconfirmed(who),
    }
    answer = render(request, "portal/clinic.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _notices(who: Person) -> list[tuple[str, str]]:
    found = notices.of(who.role.value, who.organisation, limit=NEWEST)
    return [(said(one.text), moment(one.created)) for one in found]


def _lede(found: ClinicSystems) -> str:
    if found.known is None:
        return _("No figures have been counted yet.")
    return _("Figures of what was received up to %(day)s.") % {"day": day(found.known)}


def _shown(one: System, quarter: Quarter) -> Shown:
    facts = {"n": number(one.quarter), "quarter": quarter_name(quarter)}
    return Shown(
        id=one.installation,
        name=one.device.name(language()),
        href=reverse("register-card", args=[one.device.code]),
        marks=[device_state(one.device.status), *warning_states(one.warnings)],
        facts=_facts(one),
        counted=_("For %(quarter)s we show %(n)s studies. Is that about right?") % facts,
        stated=answers()[one.stated.answer] if one.stated else "",
        field=None if one.stated else _volume_field(one),
    )


def _facts(one: System) -> list[Fact]:
    running = one.running
    state = NOTHING if running is None else _("yes") if running.is_registered else _("no")
    return [
        Fact(_("Version at work"), running.version if running else NOTHING, note=_since(one)),
        Fact(_("Is this version registered?"), state, state=_tone(one)),
        Fact(_("Studies, 30 days"), number(one.month)),
        Fact(_("Studies, 90 days"), number(one.ninety)),
        Fact(_("Last report"), day(one.heard)),
        Fact(_("Connected"), day(one.enrolled)),
        Fact(_("Installation"), one.installation, mono=True),
        Fact(_("Registration number"), one.device.number),
        Fact(_("Maker"), one.device.maker.name(language())),
    ]


def _since(one: System) -> str:
    return _("since %(day)s") % {"day": day(one.running.since)} if one.running else ""


def _tone(one: System) -> str:
    if one.running is None:
        return ""
    return "good" if one.running.is_registered else "alarm"


def _volume_field(one: System) -> Input:
    name = f"answer-{one.installation}"
    label = _("Your answer for %(name)s") % {"name": one.device.name(language())}
    return boxes(name, label, answers(), [], many=False)


def _form(typed: dict[str, str], told_error: str) -> list[Input]:
    """What a claim asks; the devices found by the search stand to choose from."""
    asked = typed.get("q", "").strip()[:100]
    found = register.search(asked, limit=FOUND_MAX) if asked else []
    fields = []
    if found:
        names = {card.code: f"{card.name(language())} · {card.number}" for card in found}
        choices = {**names, UNLISTED: _("none of these")}
        fields.append(
            boxes("device", _("Which device is it?"), choices, [typed.get("device", "")], many=False)
        )
    hint = _("What it is called, where it works, since when. No patients, no names, no telephones.")
    told_value = typed.get("told", "")[: 2 * TOLD_MAX]
    fields.append(
        prose("told", _("What is missing"), hint=hint, value=told_value, error=told_error, longest=TOLD_MAX)
    )
    return fields


def _claims(found: Sequence[MissingCard]) -> Table:
    head = columns(_("Claim"), _("Sent"), _("What is missing"), _("Answer"))
    return Table(_("Your claims"), head, [_claim(one) for one in found])


def _claim(one: MissingCard) -> Any:
    waits = Cell(_("waits for an answer"), state="warn")
    answer = Cell(one.answer, note=moment(one.answered_at), wraps=True) if one.answered_at else waits
    return row(Cell(number(one.id)), moment(one.at), Cell(_what(one), wraps=True), answer)


def _what(one: MissingCard) -> str:
    if one.device is None:
        return one.told
    return f"{register.device(one.device).name(language())}: {one.told}"
