# SPDX-License-Identifier: Apache-2.0
"""A maker tells of an event before the regulator knows of it; staff file a letter that somebody sent."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec.structs import replace

from nadzor.actions.file_event import Told, file_event
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.queries import Person
from nadzor.portal.desks import asker
from nadzor.portal.event_fields import OTHER, Answers, event_inputs, own_field, read, system_field, wrongs_of
from nadzor.portal.event_harm import harms, problems_of
from nadzor.portal.filing_deeds import told as told_words
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, line, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.scope import scope_of
from nadzor.portal.sheets import Crumb
from nadzor.portal.words import language
from nadzor.vigilance.event_permissions import STAFF, may_tell

VERSION_MAX = 40


def page(request: HttpRequest) -> HttpResponse:
    """The form, and the sending of it."""
    who = asker(request)
    if not may_tell(who):
        raise Refusal("vigilance.not-a-reporter")
    devices = {code: card.name(language()) for code, card in scope_of(request).devices.items()}
    once = secrets.token_urlsafe(18)
    if request.method != "POST":
        return _form(request, Answers(system=request.GET.get("device", "")[:40], once=once), devices)
    answers = read(request.POST, request.POST.getlist("wrong"), once=once)
    errors = wrongs_of(answers, today=clock.today(), systems=list(devices))
    if who.role not in STAFF and answers.system == OTHER:
        errors["system"] = _("Choose one of your devices.")
    if errors:
        return _form(request, replace(answers, errors=errors), devices, status=422)
    return _sent(request, answers, devices, who)


def _sent(request: HttpRequest, answers: Answers, devices: Mapping[str, str], who: Person) -> HttpResponse:
    harm, is_known = harms()[answers.harm], answers.system != OTHER
    told = Told(
        device=answers.system if is_known else "",
        device_told="" if is_known else answers.told,
        version=_version(request),
        event_on=answers.happened,
        aware_on=answers.learned or answers.happened,
        event_type=harm.event_type,
        problems=problems_of(answers.wrong),
        effects=harm.codes,
        narrative=answers.words,
    )
    try:
        filed = file_event(house(), told, by=who, now=clock.now(), source_id=answers.once)
    except Refusal as refusal:
        note_refused(request, refusal, verb="send_message")
        status = problem(refusal.code).status
        return _form(request, answers, devices, wrong=told_words(refusal), status=status)
    return redirect("event", number=filed.number)


def _version(request: HttpRequest) -> str:
    return request.POST.get("version", "").strip()[:VERSION_MAX]


def _form(
    request: HttpRequest, answers: Answers, devices: Mapping[str, str], *, wrong: str = "", status: int = 200
) -> HttpResponse:
    fields = _fields(request, answers, devices)
    is_staff = asker(request).role in STAFF
    shown = {
        "fields": fields,
        "errors": summary(fields),
        "wrong": wrong,
        "once": answers.once,
        "is_staff": is_staff,
        "crumbs": [Crumb(_("Adverse events"), reverse("events")), Crumb(_("Report an event"))],
    }
    return render(request, "portal/event_new.html", shown, status=status)


def _fields(request: HttpRequest, answers: Answers, devices: Mapping[str, str]) -> list[Input]:
    typed = _version(request)
    version = line("version", _("Version, if it is known"), value=typed, longest=VERSION_MAX)
    is_staff = asker(request).role in STAFF
    which = system_field(answers, devices) if is_staff else [own_field(answers, devices)]
    return [*which, version, *event_inputs(answers, asks_learned=True)]
