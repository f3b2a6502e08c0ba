# SPDX-License-Identifier: Apache-2.0
"""Routes of the desk of adverse events: lateness, pairs, files in and out, alerts, held narratives."""

from __future__ import annotations

from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Path, Router

from nadzor.actions.acknowledge_alert import acknowledge_alert
from nadzor.actions.export_events import KINDS, export_events
from nadzor.actions.import_events import ImportReport, import_events
from nadzor.actions.judge_duplicate import judge_duplicate
from nadzor.actions.redact_narrative import open_narrative, redact_narrative
from nadzor.actions.set_duty import set_duty
from nadzor.api import event_words as words
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import file_told, told
from nadzor.api.files import streamed
from nadzor.api.wire import JSON, asked, body_of, confided, heard
from nadzor.base import clock
from nadzor.base.problems import Refusal, preferred_language
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.records.files import SIZE_MAX
from nadzor.vigilance.duplicates import likely_pairs
from nadzor.vigilance.duty import Officer, on_duty, standing_alerts
from nadzor.vigilance.event_scope import Wanted
from nadzor.vigilance.events import CLOSED, OPEN
from nadzor.vigilance.lateness_ledger import Ledger, ledger
from nadzor.vigilance.quality_ledger import Completeness, completeness

router = Router(tags=["adverse events"], auth=SIGNED_IN)
GROUPS: Final = {OPEN: tuple(ADVERSE_EVENT.open_states), CLOSED: tuple(ADVERSE_EVENT.closed)}
FORM: Final = "multipart/form-data"
MEDIA: Final = {"text/csv": ".csv", JSON: ".json", "application/x-ndjson": ".jsonl", FORM: ""}
READERS: Final = "oversight; a maker's side, of its own devices"
DESK: Final = "the inspector, the head"


@router.get(
    "/events/lateness",
    operation_id="event_lateness",
    openapi_extra=told(Ledger, asks=words.LedgerIn, refuses=[422], signed_in=True, may=READERS),
)
def lateness(request: HttpRequest) -> HttpResponse:
    """How late the reports were: undated, contradictory, median, over 30 and 180 days; by device, maker."""
    return confided(ledger(caller(request), _wanted(asked(request, words.LedgerIn))))


@router.get(
    "/events/completeness",
    operation_id="event_completeness",
    openapi_extra=told(Completeness, asks=words.LedgerIn, refuses=[422], signed_in=True, may=READERS),
)
def complete(request: HttpRequest) -> HttpResponse:
    """How complete the reports are, and what they lack most."""
    return confided(completeness(caller(request), _wanted(asked(request, words.LedgerIn))))


@router.get(
    "/events/duplicates",
    operation_id="list_duplicates",
    openapi_extra=told(words.PairsOut, asks=words.PairsIn, refuses=[422], signed_in=True, may="oversight"),
)
def pairs(request: HttpRequest) -> HttpResponse:
    """Pairs of events that may be one, the likeliest first; a person decides."""
    wanted = asked(request, words.PairsIn)
    found = likely_pairs(
        caller(request), number=wanted.number, waiting=wanted.waiting, limit=wanted.limit
    )  # fmt: skip
    return confided(words.PairsOut(found))


@router.post(
    "/events/duplicates",
    operation_id="judge_duplicate",
    openapi_extra=told(
        words.Judged,
        hears=words.JudgeIn,
        refuses=[404, 409],
        signed_in=True,
        may=DESK,
        headers=[KEY],
        example={
            "first": "AE-2026-000001",
            "second": "AE-2026-000002",
            "verdict": "same",
            "because": "One study, one failure, told by the clinic and by the maker.",
        },
    ),
)
def judge(request: HttpRequest) -> HttpResponse:
    """Say of a proposed pair whether it is one event; the newer is led by the older, nothing is deleted."""
    said, who = heard(request, words.JudgeIn), caller(request)

    def deed() -> words.Judged:
        grounds = {"verdict": said.verdict, "because": said.because}
        pair = (said.first, said.second)
        return words.Judged(judge_duplicate(settings.HOME, *pair, by=who, now=clock.now(), **grounds))

    return done(request, deed, verb="mark_duplicate")


def _import_told() -> dict[str, Any]:
    """A file as it is, or in a form."""
    page = told(
        ImportReport, hears=bytes, asks=words.ImportIn, refuses=[413, 415], signed_in=True, may=DESK
    )  # fmt: skip
    text: dict[str, Any] = {"schema": {"type": "string"}}
    file = {"type": "string", "format": "binary"}
    form = {"type": "object", "required": ["file"], "properties": {"file": file}}
    rows = [{"report_id": "R-1", "device": "ai-901", "event_date": "2026-10-01", "event_type": "malfunction"}]
    page["requestBody"]["content"] = {
        "text/csv": {"schema": {"type": "string"}},
        JSON: {"schema": {"type": "array", "items": {"type": "object"}}, "example": rows},
        "application/x-ndjson": text,
        FORM: {"schema": form},
    }
    return page


@router.post("/events/import", operation_id="import_events", openapi_extra=_import_told())
def take_file(request: HttpRequest) -> HttpResponse:
    """Import a file of reports, at most 16 MiB: good rows are kept, each bad row is named with its reason."""
    wanted, who = asked(request, words.ImportIn), caller(request)
    media = str(request.content_type)
    if media not in MEDIA:
        raise Refusal("api.media-type", wanted=", ".join(MEDIA))
    content, name = _uploaded(request, wanted.name)
    if not content:
        raise Refusal("file.empty")
    with TemporaryDirectory() as room:
        path = File(room) / f"events{MEDIA[media] or File(name).suffix[:8]}"
        path.write_bytes(content)
        found = import_events(
            settings.HOME, path, by=who, now=clock.now(), name=name, source=wanted.source
        )  # fmt: skip
    return confided(found)


@router.get(
    "/events.{kind}",
    operation_id="export_events",
    openapi_extra=file_told(
        media=[kind.media_type.partition(";")[0] for kind in KINDS.values()], refuses=[422], may=READERS
    ),
)
def export(request: HttpRequest, kind: words.FILE) -> HttpResponseBase:
    """Events as JSON, CSV, XLSX, FHIR or MIR XML; `?device=&way=&since=&number=&state=`; on the record."""
    wanted, lang = asked(request, words.TakeIn), preferred_language(request.headers.get("Accept-Language"))
    states = GROUPS.get(wanted.state, (wanted.state,) if wanted.state else ())
    chosen = Wanted(
        device=wanted.device, way=wanted.way, since=wanted.since, number=wanted.number, states=states
    )
    found = export_events(caller(request), chosen, kind, lang, now=clock.now())
    return streamed(request, found.chunks, name=found.name, media_type=found.media_type)


@router.get(
    "/alerts", operation_id="list_alerts", openapi_extra=told(words.AlertsOut, signed_in=True, may=DESK)
)
def alerts(request: HttpRequest) -> HttpResponse:
    """Deaths and threats that nobody has acknowledged yet, oldest first."""
    return confided(words.AlertsOut(standing_alerts(caller(request))))


@router.post(
    "/alerts/{id}/acknowledgement",
    operation_id="acknowledge_alert",
    openapi_extra=told(
        words.Acknowledged, refuses=[404, 422], signed_in=True, may=DESK, headers=[KEY]
    ),  # fmt: skip
)
def acknowledge(request: HttpRequest, id: int = Path(ge=1, le=words.ID_MAX)) -> HttpResponse:
    """Acknowledge an alert; who did so first is kept."""
    who = caller(request)

    def deed() -> words.Acknowledged:
        return words.Acknowledged(acknowledge_alert(id, by=who, now=clock.now()))

    return done(request, deed)


@router.post(
    "/duty",
    operation_id="set_duty",
    openapi_extra=told(
        Officer,
        hears=words.DutyIn,
        signed_in=True,
        may="the head",
        headers=[KEY],
        example={"day": "2026-12-05", "username": "inspector-a"},
    ),
)
def duty(request: HttpRequest) -> HttpResponse:
    """Put an inspector or a head on duty for a day."""
    given, who = heard(request, words.DutyIn), caller(request)

    def deed() -> Officer:
        set_duty(given.day, given.username, by=who, now=clock.now())
        return on_duty(given.day)

    return done(request, deed)


@router.post(
    "/narratives/{id}/opening",
    operation_id="open_narrative",
    openapi_extra=told(words.NarrativeOut, refuses=[404, 409, 422], signed_in=True, may=DESK),
)
def open_(request: HttpRequest, id: int = Path(ge=1, le=words.ID_MAX)) -> HttpResponse:
    """Read the held narrative of a document in order to redact it; who read it stays on record."""
    text = open_narrative(settings.HOME, id, by=caller(request), now=clock.now())
    return confided(words.NarrativeOut(id, text))


@router.post(
    "/narratives/{id}/release",
    operation_id="release_narrative",
    openapi_extra=told(
        words.Released,
        hears=words.ReleaseIn,
        refuses=[404, 409],
        signed_in=True,
        may=DESK,
        headers=[KEY],
        example={"text": "The study of a patient was shown without its description."},
    ),
)
def release(request: HttpRequest, id: int = Path(ge=1, le=words.ID_MAX)) -> HttpResponse:
    """Release a held narrative with a redacted text in its place."""
    given, who = heard(request, words.ReleaseIn), caller(request)

    def deed() -> words.Released:
        redact_narrative(id, given.text, by=who, now=clock.now())
        return words.Released(id)

    return done(request, deed)


def _uploaded(request: HttpRequest, name: str) -> tuple[bytes, str]:
    """The file's bytes and name, from a form or as the body itself."""
    if request.content_type != FORM:
        return body_of(request, limit=SIZE_MAX), name
    file = request.FILES.get("file")
    if file is None or len(request.FILES) > 1:
        raise Refusal("api.malformed", "$.file")
    if (file.size or 0) > SIZE_MAX:
        raise Refusal("file.too-large", limit=SIZE_MAX)
    return file.read(), File(file.name or name).name[:120]


def _wanted(asked_: words.LedgerIn) -> Wanted:
    return Wanted(device=asked_.device, way=asked_.way, since=asked_.since)
