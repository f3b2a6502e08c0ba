# SPDX-License-Identifier: Apache-2.0
"""Routes of routine letters: the desk writes to a site, the clinic behind it reads and answers."""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from nadzor.actions.answer_letter import answer_letter, open_letter
from nadzor.actions.clinic_systems import site_of
from nadzor.actions.redact_answer import open_answer, redact_answer
from nadzor.actions.write_letter import Letter, write_letter
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, counted, done
from nadzor.api.description import told
from nadzor.api.filing_words import Code
from nadzor.api.law_words import Strict
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.vigilance.letters import (
    LETTER_MAX,
    ClinicLetter,
    LetterCard,
    LetterCounts,
    letter,
    letter_counts,
    letter_of_site,
    letters,
    letters_of_site,
)

router = Router(tags=["letters"], auth=SIGNED_IN)
DESK = "the inspector, the head"
CLINICS = "a clinic, of its own site"
VERB = "letter"
LongText = Annotated[str, Meta(max_length=LETTER_MAX)]


class LettersIn(Strict, frozen=True, kw_only=True):
    """Which letters are wanted; empty: those to every site."""

    site: Code = ""


class LettersOut(Struct, frozen=True, kw_only=True):
    """Letters, newest first, and how all of them fared."""

    items: tuple[LetterCard, ...]
    counts: LetterCounts


class OwnLettersOut(Struct, frozen=True):
    """The letters to the caller's own site."""

    items: tuple[ClinicLetter, ...]


class WriteIn(Strict, frozen=True, kw_only=True):
    """A letter; `about` is an event's number, or a device's code for a gap of the feed."""

    site: Code
    kind: Code
    text: LongText
    about: Code = ""


class HeldOut(Struct, frozen=True):
    """A held answer as it was sent."""

    letter: str
    text: str


class AnswerIn(Strict, frozen=True):
    """The words of an answer; they do not name the clinic, and where they name a person they are held."""

    text: LongText


@router.get(
    "/letters",
    operation_id="list_letters",
    openapi_extra=told(LettersOut, asks=LettersIn, refuses=[422], signed_in=True, may=DESK),
)
def list_letters(request: HttpRequest) -> HttpResponse:
    """Letters to sites, with what became of them; no clinic is named."""
    who, wanted = caller(request), asked(request, LettersIn)
    return confided(LettersOut(items=letters(who, site=wanted.site), counts=letter_counts(who)))


@router.get(
    "/letters/{number}",
    operation_id="read_letter",
    openapi_extra=told(LetterCard, refuses=[404], signed_in=True, may=DESK),
)
def read_letter(request: HttpRequest, number: str) -> HttpResponse:
    """One letter and its answer."""
    return confided(letter(caller(request), number))


@router.post(
    "/letters",
    operation_id="write_letter",
    openapi_extra=told(
        LetterCard,
        status=201,
        hears=WriteIn,
        refuses=[404],
        signed_in=True,
        may=DESK,
        headers=[KEY],
        example={"site": "s-aaaaaaaaaaaa", "kind": "general", "text": "Which monitors do you read on?"},
    ),
)
def write(request: HttpRequest) -> HttpResponse:
    """Write to a site without learning who is behind it; the relay hands it over the next day."""
    given, who = heard(request, WriteIn), caller(request)
    written = Letter(site=given.site, kind=given.kind, text=given.text, about=given.about)

    def deed() -> LetterCard:
        return letter(who, write_letter(settings.HOME, written, by=who, now=clock.now()))

    return done(request, deed, status=201, at=lambda out: f"letters/{out['number']}", verb=VERB)


@router.post(
    "/letters/{number}/answer/opening",
    operation_id="open_letter_answer",
    openapi_extra=told(HeldOut, refuses=[404, 409], signed_in=True, may=DESK),
)
def open_held(request: HttpRequest, number: str) -> HttpResponse:
    """Read a held answer in order to redact it; who read it stays on record.

    Why no Idempotency-Key: a kept answer would be a copy of what is sealed.
    """
    text = counted(
        request, lambda who: open_answer(settings.HOME, number, by=who, now=clock.now()), verb=VERB
    )
    return confided(HeldOut(number, text))


@router.post(
    "/letters/{number}/answer/release",
    operation_id="release_letter_answer",
    openapi_extra=told(
        LetterCard,
        hears=AnswerIn,
        refuses=[404, 409],
        signed_in=True,
        may=DESK,
        headers=[KEY],
        example={"text": "▮▮▮ reads on two monitors of one make."},
    ),
)
def release_held(request: HttpRequest, number: str) -> HttpResponse:
    """Release a held answer with a redacted text in its place."""
    given, who = heard(request, AnswerIn), caller(request)

    def deed() -> LetterCard:
        redact_answer(number, given.text, by=who, now=clock.now())
        return letter(who, number)

    return done(request, deed, verb=VERB)


@router.get(
    "/clinic/letters",
    operation_id="list_own_letters",
    openapi_extra=told(OwnLettersOut, refuses=[409], signed_in=True, may=CLINICS),
)
def own(request: HttpRequest) -> HttpResponse:
    """What the regulator wrote to the caller's own site."""
    return confided(OwnLettersOut(letters_of_site(site_of(settings.HOME, caller(request)))))


@router.get(
    "/clinic/letters/{number}",
    operation_id="read_own_letter",
    openapi_extra=told(ClinicLetter, refuses=[404, 409], signed_in=True, may=CLINICS),
)
def read_own(request: HttpRequest, number: str) -> HttpResponse:
    """One letter to the caller's own site; reading it here alone notes nothing."""
    return confided(letter_of_site(site_of(settings.HOME, caller(request)), number))


@router.post(
    "/clinic/letters/{number}/opening",
    operation_id="open_own_letter",
    openapi_extra=told(ClinicLetter, refuses=[404, 409], signed_in=True, may=CLINICS),
)
def open_own(request: HttpRequest, number: str) -> HttpResponse:
    """Note that the letter was read."""
    who = caller(request)
    open_letter(settings.HOME, number, by=who, now=clock.now())
    return confided(letter_of_site(site_of(settings.HOME, who), number))


@router.post(
    "/clinic/letters/{number}/answer",
    operation_id="answer_own_letter",
    openapi_extra=told(
        ClinicLetter,
        hears=AnswerIn,
        refuses=[404, 409],
        signed_in=True,
        may=CLINICS,
        example={"text": "On two monitors of one make."},
    ),
)
def answer_own(request: HttpRequest, number: str) -> HttpResponse:
    """Answer once; the same answer again changes nothing.  One that names a person counts, and is held.

    Why no Idempotency-Key: a kept answer would put the letter of a site beside the account of its clinic.
    """
    given = heard(request, AnswerIn)

    def deed(who: Person) -> ClinicLetter:
        answer_letter(settings.HOME, number, given.text, by=who, now=clock.now())
        return letter_of_site(site_of(settings.HOME, who), number)

    return confided(counted(request, deed, verb=VERB))
