# SPDX-License-Identifier: Apache-2.0
"""Routes of filings: list, card, draft, papers, evidence, moves, clocks.  Every one acts as its caller."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from msgspec import structs
from ninja import Router

from nadzor.actions.add_evidence import EvidenceRecord, add_evidence
from nadzor.actions.count_refusal import count_refusal
from nadzor.actions.move_filing import move_filing
from nadzor.actions.open_filing import open_filing
from nadzor.actions.resubmit_filing import resubmit_filing
from nadzor.actions.save_form import save_form
from nadzor.actions.say_listed import say_listed
from nadzor.api import filing_words as words
from nadzor.api.credentials import SIGNED_IN, SIGNED_IN_TO_READ, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.clocks import Run
from nadzor.procedures.rules.completeness import DossierAnswer
from nadzor.register import filings
from nadzor.register.filing_cards import EvidenceCard
from nadzor.register.filing_words import called

router = Router(tags=["filings"], auth=SIGNED_IN)


@router.get(
    "",
    operation_id="list_filings",
    openapi_extra=told(words.FilingsOut, asks=words.FilingsIn, refuses=[422], signed_in=True),
)
def list_filings(request: HttpRequest) -> HttpResponse:
    """The filings the caller may see, newest first; with the counts of every stage."""
    wanted, as_of = asked(request, words.FilingsIn), clock.now()
    page = filings.filings(caller(request), today=clock.today(), **structs.asdict(wanted))
    say_listed(request, [row.device for row in page.rows])
    return confided(words.FilingsOut(items=page.rows, next=page.next, by_stage=page.by_stage, as_of=as_of))


@router.post(
    "",
    operation_id="open_filing",
    openapi_extra=told(
        words.Opened,
        status=201,
        hears=words.OpenIn,
        signed_in=True,
        may="a maker's administrator or representative; the regulator its own cases",
        headers=[KEY],
        example={"procedure": "registration_simplified", "form": {"name": {"ru": "Лучик", "en": "Luchik"}}},
    ),
)
def open_(request: HttpRequest) -> HttpResponse:
    """Open a draft, or as the regulator a case about a device; nothing is filed by this."""
    wanted, who = heard(request, words.OpenIn), caller(request)

    def deed() -> words.Opened:
        number = open_filing(
            wanted.procedure,
            by=who,
            now=clock.now(),
            device=wanted.device,
            maker=wanted.maker,
            title=wanted.title,
            form=wanted.form,
        )
        return words.Opened(number, filings.filing(who, number, today=clock.today()).row.state)

    return done(request, deed, status=201, at=lambda told_: f"filings/{told_['number']}")


@router.get(
    "/{number}",
    operation_id="read_filing",
    openapi_extra=told(
        words.FilingOut,
        refuses=[404],
        signed_in=True,
        may="its maker's side; registrar, head, inspector, auditor; its expert; Moscow centre (accelerated)",
    ),
)
def read_filing(request: HttpRequest, number: str) -> HttpResponse:
    """A filing whole: form, steps, clocks with their derivation, papers, evidence, letters, open moves."""
    who, today = caller(request), clock.today()
    card = filings.filing(who, number, today=today)
    return confided(words.whole(card, filings.moves_open_to(who, card, today=today)))


@router.patch(
    "/{number}/form",
    operation_id="save_form",
    openapi_extra=told(
        words.FormOut,
        hears=dict,
        refuses=[404, 409],
        signed_in=True,
        may="its maker's administrator or representative",
        example={"risk_class": "3", "ai": True, "transmits": True},
    ),
)
def save(request: HttpRequest, number: str) -> HttpResponse:
    """Write some fields of the form; null empties a field, an unknown field refuses the whole patch."""
    who = caller(request)
    save_form(number, heard(request, dict), by=who, now=clock.now())
    return confided(words.FormOut(number, filings.filing(who, number, today=clock.today()).form))


@router.get(
    "/{number}/check",
    operation_id="check_filing",
    openapi_extra=told(DossierAnswer | None, refuses=[404], signed_in=True, may="whoever may see the filing"),
)
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Every defect the checklist finds in a filing today; null for an affair that has no checklist."""
    return confided(filings.filing_check(caller(request), number, today=clock.today()))


@router.post(
    "/{number}/evidence",
    operation_id="add_evidence",
    openapi_extra=told(
        EvidenceCard,
        status=201,
        hears=EvidenceRecord,
        refuses=[404, 409],
        signed_in=True,
        may="registrar, head, its expert; Moscow centre a trial; the maker its own reports",
        headers=[KEY],
        example={"kind": "technical_trial", "body": "nik", "number": "12-T", "day": "2026-11-02"},
    ),
)
def evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Write a dated record of a trial, an inspection, an expertise or a court's act; it is never changed."""
    record, who = heard(request, EvidenceRecord), caller(request)
    return done(request, lambda: add_evidence(number, record, by=who, now=clock.now()), status=201)


@router.post(
    "/{number}/moves",
    operation_id="move_filing",
    openapi_extra=told(
        words.Moved,
        hears=words.MoveIn,
        refuses=[404, 409],
        signed_in=True,
        may="the roles the procedure's table names for this state and verb; see permissions",
        headers=[KEY],
        example={
            "verb": "find_incomplete",
            "because": "Two papers are missing.",
            "facts": {"defects": ["No colour images of the interface"]},
            "expected_state": "checking",
        },
    ),
)
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Make a move of the procedure's table, on grounds where it asks for them."""
    wanted, who = heard(request, words.MoveIn), caller(request)

    def deed() -> words.Moved:
        _as_expected(who, number, wanted.expected_state)
        state = move_filing(
            number, wanted.verb, by=who, because=wanted.because, now=clock.now(), facts=wanted.facts
        )
        return words.Moved(number, wanted.verb, state)

    try:
        return done(request, deed)
    except Refusal as refusal:  # the deed's own count was undone with the answer
        count_refusal(wanted.verb, role=who.role.value, code=refusal.code, on=clock.today())
        raise


@router.post(
    "/{number}/resubmission",
    operation_id="resubmit_filing",
    openapi_extra=told(
        words.Opened,
        status=201,
        hears=words.AnewIn,
        refuses=[404, 409],
        signed_in=True,
        may="its maker's administrator or representative",
        headers=[KEY],
        example={},
    ),
)
def resubmit(request: HttpRequest, number: str) -> HttpResponse:
    """File anew after a return, a refusal or a withdrawal: a new draft with the old form and papers."""
    wanted, who = heard(request, words.AnewIn), caller(request)

    def deed() -> words.Opened:
        fresh = resubmit_filing(number, by=who, now=clock.now(), procedure=wanted.procedure)
        return words.Opened(fresh, filings.filing(who, fresh, today=clock.today()).row.state)

    return done(request, deed, status=201, at=lambda told_: f"filings/{told_['number']}")


@router.get(
    "/{number}/clocks/{index}",
    operation_id="read_clock",
    openapi_extra=told(Run, refuses=[404, 422], signed_in=True, may="whoever may see the filing"),
)
def clock_of(request: HttpRequest, number: str, index: int) -> HttpResponse:
    """One clock of a filing with its derivation: norm, edition, every run of days, every pause."""
    card = filings.filing(caller(request), number, today=clock.today())
    if not 0 <= index < len(card.runs):
        raise Refusal("filing.clock-unknown")
    return confided(card.runs[index])


@router.post(
    "/{number}/what-if",
    operation_id="imagine",
    auth=SIGNED_IN_TO_READ,
    openapi_extra=told(
        words.WhatIfOut,
        hears=words.WhatIfIn,
        refuses=[404, 409],
        signed_in=True,
        may="whoever may see the filing",
        example={"steps": [{"verb": "find_complete", "on": "2026-12-01"}]},
    ),
)
def imagine(request: HttpRequest, number: str) -> HttpResponse:
    """Every clock as it would stand after moves nobody has made; nothing is written."""
    wanted, today = heard(request, words.WhatIfIn), clock.today()
    card = filings.filing(caller(request), number, today=today)
    return confided(words.imagined(card, wanted.steps, today=today))


def _as_expected(who: Person, number: str, expected: str | None) -> None:
    """Why: whoever decides on what they read must not decide on what has changed since."""
    if expected is None:
        return
    row = filings.filing(who, number, today=clock.today()).row
    if row.state != expected:
        name = called(row.procedure, state=row.state)
        raise Refusal(
            "api.state-changed", "$.expected_state", state=row.state, state_ru=name.ru, state_en=name.en
        )
