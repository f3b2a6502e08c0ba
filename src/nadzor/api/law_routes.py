# SPDX-License-Identifier: Apache-2.0
"""Routes of the public law: norms, lapses, deadlines, working days, and the rules asked with JSON."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.throttling import AnonRateThrottle

from nadzor.api import law_words as words
from nadzor.api.description import schema_of, told
from nadzor.api.wire import asked, heard, said
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.law.answer import DeadlineAnswer, NormAnswer, WorkdayAnswer, deadline_answer, norm_answer
from nadzor.law.deadline import deadline as compute
from nadzor.law.lapse import lapses as ends
from nadzor.law.load import resolve
from nadzor.law.steps import working_steps
from nadzor.procedures.rules import amendment_route, completeness, duties, risk_class
from nadzor.procedures.rules.answers import Answers
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.interview import next_question
from nadzor.procedures.rules.qualification import Determination, determine
from nadzor.workdays.arithmetic import workdays_of

LAST_YEAR = 9000  # beyond it no day can be added to without leaving the calendar of the machine


class AskThrottle(AnonRateThrottle):
    """Bounds how often one address may have the law's rules computed: no program asks faster with reason."""

    scope = "law"


router = Router(tags=["law"], throttle=AskThrottle("600/min"))
_SAID = {"route": "national", "product": "Lung CT reader", "complex": False}
_PART = {"program": True, "integral_part": False, "purposes": ["diagnosis"]}


@router.get(
    "/norms",
    operation_id="list_norms",
    openapi_extra=told(words.NormsOut, asks=words.NormsIn, refuses=[422, 429]),
)
def list_norms(request: HttpRequest) -> HttpResponse:
    """Every norm of the house, or those of an act, a fact, a status, a state, as on a day."""
    wanted = asked(request, words.NormsIn)
    on = wanted.on or clock.today()
    return said(words.NormsOut(items=words.norm_rows(wanted, on), on=on))


@router.get(
    "/norms/{key}",
    operation_id="read_norm",
    openapi_extra=told(list[NormAnswer], asks=words.NormIn, refuses=[404, 422, 429]),
)
def read_norm(request: HttpRequest, key: str) -> HttpResponse:
    """The norm of a key or a fact's number with its editions, conflicts and holes; a stem has several."""
    wanted = asked(request, words.NormIn)
    return said([norm_answer(each, on=wanted.on, filed=wanted.filed) for each in resolve(key)])


@router.get(
    "/lapses",
    operation_id="list_lapses",
    openapi_extra=told(words.LapsesOut, asks=words.LapsesIn, refuses=[422, 429]),
)
def list_lapses(request: HttpRequest) -> HttpResponse:
    """What has lapsed or will within the days ahead, and whether a successor is known."""
    wanted = asked(request, words.LapsesIn)
    on = wanted.on or clock.today()
    return said(words.LapsesOut(items=ends(on, ahead_days=wanted.ahead_days, every=wanted.every), on=on))


@router.get(
    "/deadlines/{key}",
    operation_id="compute_deadline",
    openapi_extra=told(DeadlineAnswer, asks=words.DeadlineIn, refuses=[404, 422, 429]),
)
def compute_deadline(request: HttpRequest, key: str) -> HttpResponse:
    """The last day to act, with every step of its arithmetic."""
    wanted = asked(request, words.DeadlineIn)
    since = words.start_of(wanted.start)
    return said(deadline_answer(compute(key, since, filed=wanted.filed, on=wanted.on), since))


@router.get(
    "/workdays/add",
    operation_id="add_workdays",
    openapi_extra=told(WorkdayAnswer, asks=words.WorkdaysAddIn, refuses=[422, 429]),
)
def add_workdays(request: HttpRequest) -> HttpResponse:
    """The last day of a term of so many working days that an event starts, step by step."""
    wanted = asked(request, words.WorkdaysAddIn)
    due, steps = working_steps(wanted.date, wanted.n, decree_days=wanted.decree_days)
    return said(
        WorkdayAnswer(start=wanted.date, days=wanted.n, due=due, decree_days=wanted.decree_days, steps=steps)
    )


@router.get(
    "/workdays/{year}",
    operation_id="list_workdays",
    openapi_extra=told(words.WorkdaysOut, asks=words.WorkdaysIn, refuses=[422, 429]),
)
def list_workdays(request: HttpRequest, year: int) -> HttpResponse:
    """Every working day of a year, in order."""
    wanted = asked(request, words.WorkdaysIn)
    if not date.min.year <= year <= date.max.year:
        raise Refusal("law.date-unreadable", "$.year")
    days = workdays_of(year, decree_days=wanted.decree_days)
    return said(words.WorkdaysOut(year=year, workdays=len(days), days=days, decree_days=wanted.decree_days))


@router.post(
    "/qualify",
    operation_id="qualify",
    openapi_extra=told(
        Determination,
        hears=Answers,
        asks=words.OnIn,
        refuses=[429],
        example={**_SAID, "components": {"software": _PART}},
    ),
)
def qualify(request: HttpRequest) -> HttpResponse:
    """Is it a medical device?  The answers of the interview; nothing is kept."""
    return said(determine(heard(request, Answers), _on(request)))


@router.post(
    "/qualify/next",
    operation_id="qualify_next",
    openapi_extra=told(words.QuestionOut, hears=Answers, refuses=[429], example=_SAID),
)
def qualify_next(request: HttpRequest) -> HttpResponse:
    """The question that follows these answers; none when the interview is over."""
    return said(words.QuestionOut(question=next_question(heard(request, Answers))))


@router.post(
    "/classify",
    operation_id="classify",
    openapi_extra=told(
        risk_class.Classification,
        hears=risk_class.Facts,
        asks=words.OnIn,
        refuses=[429],
        example={"device": True, "ai": True},
    ),
)
def classify(request: HttpRequest) -> HttpResponse:
    """Which potential risk class?  Three for AI; otherwise a proposal that a named officer settles."""
    return said(risk_class.classify(heard(request, risk_class.Facts), _on(request)))


@router.post(
    "/duty",
    operation_id="duty",
    openapi_extra=told(
        duties.Bill,
        hears=words.DutyIn,
        asks=words.OnIn,
        refuses=[429],
        example={"act": "registration", "class": "3"},
    ),
)
def duty(request: HttpRequest) -> HttpResponse:
    """What an act costs: state duties item by item, each with its norm."""
    wanted = heard(request, words.DutyIn)
    of_class = risk_class.read_class(wanted.risk_class) if wanted.risk_class is not None else None
    return said(duties.duty(duties.read_act(wanted.act), of_class, _on(request)))


@router.post(
    "/dossier",
    operation_id="check_dossier",
    openapi_extra=told(
        completeness.DossierAnswer,
        hears=Dossier,
        asks=words.OnIn,
        refuses=[429],
        example={"route": "registration_simplified"},
    ),
)
def check_dossier(request: HttpRequest) -> HttpResponse:
    """Every defect of a dossier at once, with its norm and its cure; nothing is kept."""
    return said(completeness.answer_on(heard(request, Dossier), _on(request)))


@router.post(
    "/amendment-route",
    operation_id="find_amendment_route",
    openapi_extra=told(
        amendment_route.Route,
        hears=amendment_route.Facts,
        asks=words.OnIn,
        refuses=[429],
        example={"changes": ["version_numbering"], "ai": True, "transmits": True},
    ),
)
def find_amendment_route(request: HttpRequest) -> HttpResponse:
    """Which procedure amends the entry, why, and what else the law leaves open."""
    return said(amendment_route.route(heard(request, amendment_route.Facts), _on(request)))


@router.get("/schemas", operation_id="list_schemas", openapi_extra=told(list[str], refuses=[429]))
def list_schemas(request: HttpRequest) -> HttpResponse:
    """The names of the shapes whose JSON Schema can be asked for."""
    return said(sorted(words.SHAPES))


@router.get("/schemas/{name}", operation_id="read_schema", openapi_extra=told(dict, refuses=[404, 429]))
def read_schema(request: HttpRequest, name: str) -> HttpResponse:
    """The JSON Schema of one shape."""
    if name not in words.SHAPES:
        raise Refusal("api.schema-unknown", names=", ".join(sorted(words.SHAPES)))
    return said(schema_of(words.SHAPES[name]))


def _on(request: HttpRequest) -> date:
    return asked(request, words.OnIn).on or clock.today()
