# SPDX-License-Identifier: Apache-2.0
"""The door behind a printed code: anybody at a device says what went wrong, and follows what became of it."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from msgspec.structs import replace

from nadzor.actions.count_refusal import count_refusal
from nadzor.actions.file_event import Filed, Told, file_event
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.portal.door import refused
from nadzor.portal.event_device import device_called
from nadzor.portal.event_fields import Answers, event_inputs, read, wrongs_of
from nadzor.portal.event_harm import harms, problems_of
from nadzor.portal.frame import house
from nadzor.portal.inputs import summary
from nadzor.portal.say_limit import guess_wait, say_wait
from nadzor.portal.words import day, said
from nadzor.vigilance import events
from nadzor.vigilance.printed_codes import PrintedCard, printed

VERB: Final = "say_publicly"
PUBLIC: Final = "public"
UNFIT: Final = 422


@sensitive_post_parameters("words")
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The form behind a live code, and the sending of it."""
    card = printed(code)
    if card is None:
        return _unknown(request)
    once = secrets.token_urlsafe(18)
    if request.method != "POST":
        return _form(request, card, Answers(once=once))
    if wait := say_wait(request, card.code):
        return _too_often(request, wait)
    answers = read(request.POST, request.POST.getlist("wrong"), once=once)
    errors = wrongs_of(answers, today=clock.today(), systems=None)
    if errors:
        return _form(request, card, replace(answers, errors=errors), status=UNFIT)
    return _apart(redirect(reverse("followed", args=[_file(card, answers).token]) + "?sent=1"))


def follow(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a report, for whoever holds its link."""
    if wait := guess_wait(request, found=True):
        return _too_often(request, wait)
    try:
        found = events.followed(token)
    except Refusal as refusal:
        guess_wait(request, found=False)
        _count(refusal.code)
        return _apart(refused(request, refusal))
    shown = {
        "sent": "sent" in request.GET,
        "number": found.number,
        "device": device_called(found.device) if found.device else "",
        "said": said(found.said),
        "outcome": found.outcome,
        "received": day(found.received_on),
        "steps": [(day(step.on), said(step.said)) for step in found.steps],
    }
    return _apart(render(request, "portal/say_followed.html", shown))


def _file(card: PrintedCard, answers: Answers) -> Filed:
    harm = harms()[answers.harm]
    told = Told(
        printed=card.code,
        event_on=answers.happened,
        event_type=harm.event_type,
        problems=problems_of(answers.wrong),
        effects=harm.codes,
        narrative=answers.words,
    )
    return file_event(house(), told, by=None, now=clock.now(), way=PUBLIC, source_id=answers.once)


def _form(request: HttpRequest, card: PrintedCard, answers: Answers, *, status: int = 200) -> HttpResponse:
    fields = event_inputs(answers, asks_learned=False)
    shown: dict[str, Any] = {
        "code": card.code,
        "device": device_called(card.device),
        "fields": fields,
        "errors": summary(fields),
        "once": answers.once,
    }
    return _apart(render(request, "portal/say.html", shown, status=status))


def _unknown(request: HttpRequest) -> HttpResponse:
    if wait := guess_wait(request, found=False):
        return _too_often(request, wait)
    refusal = Refusal("say.code-unknown")
    _count(refusal.code)
    return _apart(refused(request, refusal))


def _too_often(request: HttpRequest, wait: int) -> HttpResponse:
    refusal = Refusal("say.too-often", minutes=-(-wait // 60))
    _count(refusal.code)
    answer = _apart(refused(request, refusal))
    answer["Retry-After"] = str(wait)
    return answer


def _count(code: str) -> None:
    count_refusal(VERB, role=PUBLIC, code=code, on=clock.today())


def _apart(answer: HttpResponse) -> HttpResponse:
    """No copy, no search engine, and no address handed on to the next site.

    Why not no-referrer: a browser then hides the origin of the form, too, and the form is refused as foreign.
    """
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "same-origin"
    return answer
