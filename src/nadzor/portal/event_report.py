# SPDX-License-Identifier: Apache-2.0
"""A clinic reports an event: one page, the answers once more, then a number; or a try that files nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec.structs import replace

from nadzor.actions.file_event import Told, file_event
from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.portal.desks import asker
from nadzor.portal.event_fields import OTHER, Answers, event_inputs, read, system_field, wrongs_of
from nadzor.portal.event_harm import harms, problems_of
from nadzor.portal.event_next import next_steps
from nadzor.portal.event_systems import Running, systems_of
from nadzor.portal.frame import house
from nadzor.portal.inputs import summary
from nadzor.portal.sheets import Crumb, Fact
from nadzor.portal.words import NOTHING, day, language
from nadzor.vigilance.suggestions import plain_choices

PRACTICE: Final = "1"
UNFIT: Final = 422
Systems = Mapping[str, Running]


def page(request: HttpRequest) -> HttpResponse:
    """The form; its answers once more; and the sending."""
    who, practice = asker(request), _practises(request)
    systems = systems_of(who)
    answers = _answers(request)
    if request.method != "POST" or request.POST.get("step") == "change":
        return _form(request, answers, systems, practice=practice)
    errors = wrongs_of(answers, today=clock.today(), systems=list(systems))
    if errors:
        return _form(request, replace(answers, errors=errors), systems, practice=practice, status=UNFIT)
    if request.POST.get("step") != "send":
        return _check(request, answers, systems, practice=practice)
    return _tried(request, answers, systems) if practice else _sent(answers, systems, who)


def told_of(answers: Answers, system: Running | None) -> Told:
    """The answers as the core of an event; a day that was not given for learning is the day it happened."""
    harm = harms()[answers.harm]
    return Told(
        device=system.device if system else "",
        device_told="" if system else answers.told,
        version=system.version if system else "",
        installation=system.installation if system else "",
        event_on=answers.happened,
        aware_on=answers.learned or answers.happened,
        event_type=harm.event_type,
        problems=problems_of(answers.wrong),
        effects=harm.codes,
        narrative=answers.words,
    )


def answer_facts(answers: Answers, system: str) -> list[Fact]:
    """The answers as a list to be checked."""
    labels = {each.key: each.label for each in plain_choices(language())}
    wrong = ", ".join(labels[key] for key in answers.wrong)
    return [
        Fact(_("System"), system),
        Fact(_("What went wrong"), wrong or NOTHING),
        Fact(_("It happened on"), day(answers.happened)),
        Fact(_("You learned of it on"), day(answers.learned or answers.happened)),
        Fact(_("Harm"), harms()[answers.harm].label),
        Fact(_("In your own words"), answers.words or NOTHING),
    ]


def _answers(request: HttpRequest) -> Answers:
    once = secrets.token_urlsafe(18)
    if request.method == "POST":
        return read(request.POST, request.POST.getlist("wrong"), once=once)
    return Answers(system=request.GET.get("system", "")[:40], once=once)


def _practises(request: HttpRequest) -> bool:
    given = request.POST if request.method == "POST" else request.GET
    return given.get("practice") == PRACTICE


def _form(
    request: HttpRequest, answers: Answers, systems: Systems, *, practice: bool, status: int = 200
) -> HttpResponse:
    names = {key: each.name for key, each in systems.items()}
    fields = [*system_field(answers, names), *event_inputs(answers, asks_learned=True)]
    return _page(request, "portal/event_report.html", practice, {
        "fields": fields, "errors": summary(fields), "once": answers.once,
    }, status=status)  # fmt: skip


def _check(request: HttpRequest, answers: Answers, systems: Systems, *, practice: bool) -> HttpResponse:
    return _page(request, "portal/event_check.html", practice, {
        "facts": answer_facts(answers, _name(answers, systems)), "hidden": answers.hidden(),
    })  # fmt: skip


def _sent(answers: Answers, systems: Systems, who: Person) -> HttpResponse:
    """File it and lead to what became of it; the same form sent twice is one event."""
    told = told_of(answers, systems.get(answers.system))
    filed = file_event(house(), told, by=who, now=clock.now(), source_id=answers.once)
    return redirect(reverse("clinic-event", args=[filed.number]) + "?sent=1")


def _tried(request: HttpRequest, answers: Answers, systems: Systems) -> HttpResponse:
    """What would happen now; nothing was filed."""
    told = told_of(answers, systems.get(answers.system))
    return _page(request, "portal/event_tried.html", practice=True, more={
        "facts": answer_facts(answers, _name(answers, systems)),
        "next_steps": next_steps(told.event_type, told.effects, today=clock.today()),
    })  # fmt: skip


def _name(answers: Answers, systems: Systems) -> str:
    return answers.told if answers.system == OTHER else systems[answers.system].name


def _page(
    request: HttpRequest, template: str, practice: bool, more: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    shown = {
        "practice": practice,
        "crumbs": [Crumb(_("My AI systems"), reverse("clinic")), Crumb(_("Report a problem"))],
        **more,
    }
    answer = render(request, template, shown, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
