# SPDX-License-Identifier: Apache-2.0
"""Routes of clinical monitoring: the schedule, plans, a yearly report with its words, moves and files."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Path, Router

from nadzor.actions.adopt_plan import adopt_plan
from nadzor.actions.draft_monitoring import draft_monitoring
from nadzor.actions.file_monitoring import file_monitoring
from nadzor.actions.move_monitoring import move_monitoring
from nadzor.actions.move_signal import Grounds
from nadzor.actions.sign_monitoring import make_ready, sign_monitoring
from nadzor.actions.write_monitoring import write_monitoring
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import file_told, told
from nadzor.api.filing_words import Code, Prose
from nadzor.api.law_words import Strict
from nadzor.api.monitoring_words import ReportOut, RowOut, report_out, row_out
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.base.problems import Refusal, preferred_language
from nadzor.people.queries import Person
from nadzor.procedures.rules.dossier import Plan
from nadzor.statutory.monitoring_files import FILES
from nadzor.vigilance.monitoring import plans, report, reports, seen_device
from nadzor.vigilance.monitoring_cards import PlanCard, Receipt, ReportRow

router = Router(tags=["clinical monitoring"], auth=SIGNED_IN)
SEE: Final = "oversight; the device's maker and its representative"
MAKER: Final = "the maker's administrator or reporter, its representative"
Year = Annotated[int, Path(ge=1, le=9998)]


class ScheduleIn(Strict, frozen=True, kw_only=True):
    """Of one device, of a state, or only what is missing."""

    device: Code | None = None
    state: Code | None = None
    missing: bool = False


class ScheduleOut(Struct, frozen=True):
    """The yearly reports of every device the caller may see: missing ones first, then by last day."""

    items: tuple[RowOut, ...]


class PlansOut(Struct, frozen=True):
    """Every edition of a device's plan, newest first: the first one stands."""

    items: tuple[PlanCard, ...]


class WordsIn(Strict, frozen=True, kw_only=True):
    """Hand-written parts by name: literature, feedback, sales, measures, conclusions."""

    words: dict[Code, Annotated[str, Meta(max_length=30_000)]]


class WordsOut(Struct, frozen=True):
    """The parts that changed."""

    changed: tuple[str, ...]


class MonitoringMoveIn(Strict, frozen=True, kw_only=True):
    """A move of a report: its verb, its grounds, what it asks for (returning asks for `defects`).

    `sign` takes in `digest` the hash the signer saw, which `make_ready` told.
    """

    verb: Code
    because: Prose = ""
    added: dict[Code, Prose] = {}
    digest: Code = ""


class MonitoringMoved(Struct, frozen=True, kw_only=True):
    """The state a move led to, the hash of what is to be signed, and of a filing its receipt."""

    device: str
    year: int
    verb: str
    state: str
    digest: str
    receipt: Receipt | None = None


class FileIn(Strict, frozen=True):
    """Which filed edition; without one, the draft as it stands."""

    edition: Annotated[int, Meta(ge=1, le=10_000)] | None = None


@router.get(
    "/monitoring",
    operation_id="list_monitoring",
    openapi_extra=told(ScheduleOut, asks=ScheduleIn, refuses=[422], signed_in=True, may=SEE),
)
def schedule(request: HttpRequest) -> HttpResponse:
    """Every yearly report with its last day and norm, its state, and whether it is late or missing."""
    wanted = asked(request, ScheduleIn)
    rows = reports(caller(request), today=clock.today())
    return confided(ScheduleOut(tuple(row_out(row) for row in rows if _fits(row, wanted))))


@router.get(
    "/devices/{code}/monitoring/plan",
    operation_id="list_monitoring_plans",
    openapi_extra=told(PlansOut, refuses=[404], signed_in=True, may=SEE),
)
def list_plans(request: HttpRequest, code: str) -> HttpResponse:
    """The plan of a device's clinical monitoring, every edition of it."""
    seen_device(caller(request), code)
    return confided(PlansOut(tuple(plans(code))))


@router.post(
    "/devices/{code}/monitoring/plan",
    operation_id="adopt_monitoring_plan",
    openapi_extra=told(
        PlanCard,
        status=201,
        hears=Plan,
        refuses=[404],
        signed_in=True,
        may=MAKER,
        headers=[KEY],
        example={"goals": "Sensitivity in routine work", "population": "adults", "sample_size": 400},
    ),
)
def adopt(request: HttpRequest, code: str) -> HttpResponse:
    """Enter the plan as its next edition; the same plan again is the edition that stands."""
    given, who = heard(request, Plan), caller(request)
    place = f"devices/{code}/monitoring/plan"
    return done(
        request, lambda: adopt_plan(code, given, by=who, now=clock.now()), status=201, at=lambda _out: place
    )


@router.get(
    "/devices/{code}/monitoring/{year}",
    operation_id="read_monitoring_report",
    openapi_extra=told(ReportOut, refuses=[404, 422], signed_in=True, may=SEE),
)
def read(request: HttpRequest, code: str, year: Year) -> HttpResponse:
    """One yearly report: figures with their origin, hand-written parts, steps, filed editions, receipts."""
    return confided(report_out(report(caller(request), code, year, today=clock.today())))


@router.patch(
    "/devices/{code}/monitoring/{year}/words",
    operation_id="write_monitoring_words",
    openapi_extra=told(
        WordsOut,
        hears=WordsIn,
        refuses=[404, 409],
        signed_in=True,
        may=MAKER,
        example={"words": {"literature": "Three papers, none contradicts the claim."}},
    ),
)
def write(request: HttpRequest, code: str, year: Year) -> HttpResponse:
    """Write the parts that no data hold; fixed once the report is ready to be signed."""
    given = heard(request, WordsIn)
    return confided(WordsOut(write_monitoring(code, year, given.words, by=caller(request), now=clock.now())))


@router.post(
    "/devices/{code}/monitoring/{year}/moves",
    operation_id="move_monitoring",
    openapi_extra=told(
        MonitoringMoved,
        hears=MonitoringMoveIn,
        refuses=[404, 409],
        signed_in=True,
        may="the roles the table names; who signs and files: the maker's administrator, its representative",
        headers=[KEY],
        example={"verb": "return_report", "because": "As read.", "added": {"defects": "No literature."}},
    ),
)
def move(request: HttpRequest, code: str, year: Year) -> HttpResponse:
    """Draft, make ready, sign, file, review, return or correct a yearly report."""
    wanted, who = heard(request, MonitoringMoveIn), caller(request)

    def deed() -> MonitoringMoved:
        receipt = _moved(who, code, year, wanted)
        card = report(who, code, year, today=clock.today())
        return MonitoringMoved(
            device=code, year=year, verb=wanted.verb, state=card.row.state, digest=card.digest,
            receipt=receipt,
        )  # fmt: skip

    return done(request, deed, verb=wanted.verb)


@router.get(
    "/devices/{code}/monitoring/{year}/report.{kind}",
    operation_id="export_monitoring_report",
    openapi_extra=file_told(
        media=[media.partition(";")[0] for _make, media in FILES.values()], refuses=[404, 409, 422], may=SEE
    ),
)
def file(
    request: HttpRequest, code: str, year: Year, kind: Literal["json", "csv", "xlsx"]
) -> HttpResponse:  # fmt: skip
    """A report as a file: the draft as it stands, or with `?edition=` what was filed."""
    edition = asked(request, FileIn).edition
    card = report(caller(request), code, year, today=clock.today())
    filed = next((each for each in card.filed if each.receipt.edition == edition), None)
    if edition is not None and filed is None:
        raise Refusal("monitoring.unknown")
    found, words = (filed.report, filed.words) if filed else (card.report, card.words)
    if found is None:
        raise Refusal("monitoring.not-open", year=year)
    make, media = FILES[kind]
    lang = preferred_language(request.headers.get("Accept-Language"))
    answer = HttpResponse(make(found, words, lang), content_type=media)
    name = f"monitoring-{card.row.device}-{year}-{edition or 'draft'}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _moved(who: Person, code: str, year: int, wanted: MonitoringMoveIn) -> Receipt | None:
    """The deed of a verb; a filing gives a receipt.

    Why seen first: whether there are data to draw from is nobody else's to learn.
    """
    seen_device(who, code)
    how: dict[str, Any] = {"by": who, "now": clock.now()}
    match wanted.verb:
        case "draft":
            draft_monitoring(settings.HOME, code, year, **how)
        case "make_ready":
            make_ready(settings.HOME, code, year, **how)
        case "sign":
            sign_monitoring(settings.HOME, code, year, expected=wanted.digest, **how)
        case "file_report":
            return file_monitoring(code, year, **how)
        case verb:
            move_monitoring(code, year, verb, grounds=Grounds(wanted.because, wanted.added), **how)
    return None


def _fits(row: ReportRow, wanted: ScheduleIn) -> bool:
    return (
        wanted.device in (None, row.device)
        and wanted.state in (None, row.state)
        and (row.missing or not wanted.missing)
    )
