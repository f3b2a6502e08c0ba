# SPDX-License-Identifier: Apache-2.0
"""Routes of warnings: how each fares, a clinic's own copies, what becomes public of letters and notices."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Path, Router

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.confirm_warning import confirm_warning, open_warning
from nadzor.actions.end_notice import end_notice
from nadzor.actions.publish_notice import publish_makers_notice, publish_notice, withhold_notice
from nadzor.actions.remind_warnings import remind_now
from nadzor.actions.say_listed import say_listed
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.event_words import ID_MAX
from nadzor.api.filing_words import Code, Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.base.problems import Text
from nadzor.people.permissions import must_review_signals
from nadzor.vigilance.warning_cards import ClinicCopy, MakersNotice, NoticeCard, WarningCard, WarningRow
from nadzor.vigilance.warnings import (
    makers_notices,
    public_notice,
    warning,
    warning_of_site,
    warnings,
    warnings_of_site,
)

router = Router(tags=["warnings"], auth=SIGNED_IN)
SEE = "oversight with sites; the device's maker and its representative with counts alone"
CLINICS = "a clinic, of its own site"
DESK = "the inspector, the head"


class WarningsIn(Strict, frozen=True, kw_only=True):
    """Which warnings are wanted; `waits`: those that stand and lack confirmations."""

    device: Code = ""
    waits: bool = False
    after: Code = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class WarningsOut(Struct, frozen=True, kw_only=True):
    """A page of warnings, newest first; `next` is the cursor."""

    items: tuple[WarningRow, ...]
    next: str | None


class CopiesOut(Struct, frozen=True):
    """What one's own site was warned of, newest first."""

    items: tuple[ClinicCopy, ...]


class ConfirmIn(Strict, frozen=True):
    """What the clinic did."""

    answer: Code


class GroundsIn(Strict, frozen=True):
    """Grounds that may stand in public: no names, no sites."""

    because: Prose


class DecisionIn(Strict, frozen=True, kw_only=True):
    """What becomes of a warning's public letter, and why."""

    decision: Literal["publish", "withhold"]
    because: Prose


class Decided(Struct, frozen=True):
    """A decision; `notice` is the number of the public letter, if there is one."""

    warning: str
    decision: str
    notice: str


class Reminded(Struct, frozen=True):
    """How many sites were reminded."""

    warning: str
    sites: int
    on: date


class MakersOut(Struct, frozen=True):
    """Makers' notices nobody has published, oldest first."""

    items: tuple[MakersNotice, ...]


class PublishIn(Strict, frozen=True, kw_only=True):
    """A maker's notice as the public will read it, in both languages."""

    title: Text
    text: Text


@router.get(
    "/warnings",
    operation_id="list_warnings",
    openapi_extra=told(WarningsOut, asks=WarningsIn, refuses=[422], signed_in=True, may=SEE),
)
def list_warnings(request: HttpRequest) -> HttpResponse:
    """Warnings with how many sites were reached and confirmed; small counts are hidden from makers."""
    wanted = asked(request, WarningsIn)
    found = warnings(
        caller(request), today=clock.today(), device=wanted.device, waits=wanted.waits, after=wanted.after,
        limit=wanted.limit,
    )  # fmt: skip
    say_listed(request, [row.device for row in found.rows])
    return confided(WarningsOut(items=found.rows, next=found.next))


@router.get(
    "/warnings/{number}",
    operation_id="read_warning",
    openapi_extra=told(WarningCard, refuses=[404], signed_in=True, may=SEE),
)
def read_warning(request: HttpRequest, number: str) -> HttpResponse:
    """One warning: its letter, its counts, for oversight the answers of sites by pseudonym."""
    return confided(warning(caller(request), number, today=clock.today()))


@router.post(
    "/warnings/{number}/reminders",
    operation_id="remind_warning",
    openapi_extra=told(Reminded, refuses=[404, 409], signed_in=True, may=DESK, headers=[KEY]),
)
def remind(request: HttpRequest, number: str) -> HttpResponse:
    """Remind every reached site that has not answered, at most once a day."""
    who = caller(request)

    def deed() -> Reminded:
        n = remind_now(settings.HOME, number, by=who, now=clock.now())
        return Reminded(number, n, clock.today())

    return done(request, deed)


@router.post(
    "/warnings/{number}/decision",
    operation_id="decide_public_letter",
    openapi_extra=told(
        Decided,
        hears=DecisionIn,
        refuses=[404, 409],
        signed_in=True,
        may="the head",
        headers=[KEY],
        example={"decision": "publish", "because": "Not every organisation is enrolled here."},
    ),
)
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Publish a warning's public letter, or withhold it, on grounds."""
    given, who = heard(request, DecisionIn), caller(request)
    deed_of = publish_notice if given.decision == "publish" else withhold_notice

    def deed() -> Decided:
        notice = deed_of(number, because=given.because, by=who, now=clock.now())
        return Decided(number, given.decision, notice or "")

    return done(request, deed)


@router.get(
    "/clinic/warnings",
    operation_id="list_own_warnings",
    openapi_extra=told(CopiesOut, refuses=[409], signed_in=True, may=CLINICS),
)
def own(request: HttpRequest) -> HttpResponse:
    """What the caller's own site was warned of."""
    return confided(CopiesOut(warnings_of_site(site_of(settings.HOME, caller(request)))))


@router.get(
    "/clinic/warnings/{number}",
    operation_id="read_own_warning",
    openapi_extra=told(ClinicCopy, refuses=[404, 409], signed_in=True, may=CLINICS),
)
def read_own(request: HttpRequest, number: str) -> HttpResponse:
    """One letter to the caller's own site."""
    return confided(warning_of_site(site_of(settings.HOME, caller(request)), number))


@router.post(
    "/clinic/warnings/{number}/opening",
    operation_id="open_own_warning",
    openapi_extra=told(ClinicCopy, refuses=[404, 409], signed_in=True, may=CLINICS),
)
def open_own(request: HttpRequest, number: str) -> HttpResponse:
    """Note that the letter was read; reading it here alone notes nothing."""
    who = caller(request)

    def deed() -> ClinicCopy:
        open_warning(settings.HOME, number, by=who, now=clock.now())
        return warning_of_site(site_of(settings.HOME, who), number)

    return done(request, deed)


@router.post(
    "/clinic/warnings/{number}/answer",
    operation_id="confirm_own_warning",
    openapi_extra=told(
        ClinicCopy,
        hears=ConfirmIn,
        refuses=[404, 409],
        signed_in=True,
        may=CLINICS,
        headers=[KEY],
        example={"answer": "stopped"},
    ),
)
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm a warning with one answer; the same answer again changes nothing."""
    given, who = heard(request, ConfirmIn), caller(request)

    def deed() -> ClinicCopy:
        confirm_warning(settings.HOME, number, given.answer, by=who, now=clock.now())
        return warning_of_site(site_of(settings.HOME, who), number)

    return done(request, deed)


@router.get(
    "/makers-notices",
    operation_id="list_makers_notices",
    openapi_extra=told(MakersOut, signed_in=True, may=DESK),
)
def waiting(request: HttpRequest) -> HttpResponse:
    """Makers' safety notices that no inspector has published yet."""
    must_review_signals(caller(request))
    return confided(MakersOut(tuple(makers_notices())))


@router.post(
    "/makers-notices/{id}/publication",
    operation_id="publish_makers_notice",
    openapi_extra=told(
        NoticeCard,
        status=201,
        hears=PublishIn,
        refuses=[404, 409],
        signed_in=True,
        may=DESK,
        headers=[KEY],
        example={
            "title": {"ru": "Задержка показа", "en": "Delayed display"},
            "text": {"ru": "Обновите до версии 1.1.", "en": "Update to version 1.1."},
        },
    ),
)
def publish(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Publish a maker's safety notice as an inspector leaves it; it names neither persons nor sites."""
    given, who = heard(request, PublishIn), caller(request)

    def deed() -> NoticeCard:
        number = publish_makers_notice(id, title=given.title, text=given.text, by=who, now=clock.now())
        return public_notice(number, now=clock.now())

    return done(request, deed, status=201, at=lambda out: f"notices/{out['number']}")


@router.post(
    "/notices/{number}/end",
    operation_id="end_notice",
    openapi_extra=told(
        NoticeCard,
        hears=GroundsIn,
        refuses=[404, 409],
        signed_in=True,
        may=DESK,
        headers=[KEY],
        example={"because": "Every installation runs version 1.1."},
    ),
)
def end(request: HttpRequest, number: str) -> HttpResponse:
    """Say that a public notice no longer holds, and why; it stays in the list."""
    given, who = heard(request, GroundsIn), caller(request)

    def deed() -> NoticeCard:
        end_notice(number, because=given.because, by=who, now=clock.now())
        return public_notice(number, now=clock.now())

    return done(request, deed)
