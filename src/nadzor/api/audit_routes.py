# SPDX-License-Identifier: Apache-2.0
"""Routes of deeds and readings: the owner's view, the auditor's search and files, deferrals."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from nadzor.actions.defer_access import Wish, defer_access, end_deferral
from nadzor.actions.export_audit import KINDS, export_audit
from nadzor.actions.search_audit import AuditAsk, DeedsPage, ReadsPage, search_deeds, search_reads
from nadzor.actions.show_readings import OwnReadings, show_readings
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import file_told, told
from nadzor.api.filing_words import Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.people.permissions import must_read_audit
from nadzor.records.deferrals import DeferralCard, deferrals
from nadzor.records.tombstones import TombstoneCard, stones

router = Router(tags=["audit"], auth=SIGNED_IN)
Text = Annotated[str, Meta(max_length=80)]
Whole = Annotated[int, Meta(ge=1, le=2**53 - 1)]
File = Literal["csv", "json", "xlsx", "bundle"]
OWNERS = "a maker and its representative, of its devices; a clinic, of its own site"
AUDIT = "auditor; head, without what auditors did and read"


class ReadsIn(Strict, frozen=True, kw_only=True):
    """Where the list of details goes on: `next` of the page before."""

    before: Whole | None = None


class AuditIn(Strict, frozen=True, kw_only=True):
    """A search; `object` and `verb` by their beginnings, `until` a whole day, `before` the cursor."""

    person: Text = ""
    role: Text = ""
    object: Text = ""
    verb: Text = ""
    device: Text = ""
    site: Text = ""
    way: Text = ""
    since: date | None = None
    until: date | None = None
    before: Whole | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class AuditFileIn(Strict, frozen=True, kw_only=True):
    """A search whose whole answer is taken as a file."""

    what: Literal["deeds", "reads"] = "deeds"
    person: Text = ""
    role: Text = ""
    object: Text = ""
    verb: Text = ""
    device: Text = ""
    site: Text = ""
    way: Text = ""
    since: date | None = None
    until: date | None = None


class StonesIn(Strict, frozen=True, kw_only=True):
    """Of which kind, and of which thing; the newest hundred."""

    kind: Text = ""
    object: Text = ""


class StonesOut(Struct, frozen=True):
    """Stones of what was deleted."""

    items: tuple[TombstoneCard, ...]


class DeferralIn(Strict, frozen=True, kw_only=True):
    """A deferral of details of readings: over a device or a site, one of both."""

    device: Text = ""
    site: Text = ""
    days: Annotated[int, Meta(ge=1, le=3650)]
    because: Prose


class DeferralsOut(Struct, frozen=True):
    """All deferrals, newest first."""

    items: tuple[DeferralCard, ...]


class DeferralOut(Struct, frozen=True):
    """The deferral that a deed was about."""

    id: int


@router.get(
    "/reads",
    operation_id="list_own_readings",
    openapi_extra=told(OwnReadings, asks=ReadsIn, refuses=[422], signed_in=True, may=OWNERS),
)
def own_readings(request: HttpRequest) -> HttpResponse:
    """Who read the caller's own data: counts, details where they may be told, readers by role number."""
    wanted = asked(request, ReadsIn)
    return confided(show_readings(settings.HOME, caller(request), now=clock.now(), before=wanted.before))


@router.get(
    "/audit/deeds",
    operation_id="search_deeds",
    openapi_extra=told(DeedsPage, asks=AuditIn, refuses=[422], signed_in=True, may=AUDIT),
)
def deeds(request: HttpRequest) -> HttpResponse:
    """Deeds that fit, newest first."""
    wanted = asked(request, AuditIn)
    found = search_deeds(caller(request), _ask(wanted), before=wanted.before, limit=wanted.limit)
    return confided(found)


@router.get(
    "/audit/reads",
    operation_id="search_reads",
    openapi_extra=told(ReadsPage, asks=AuditIn, refuses=[422], signed_in=True, may=AUDIT),
)
def reads(request: HttpRequest) -> HttpResponse:
    """Readings that fit, newest first."""
    wanted = asked(request, AuditIn)
    found = search_reads(caller(request), _ask(wanted), before=wanted.before, limit=wanted.limit)
    return confided(found)


@router.get(
    "/audit/export.{kind}",
    operation_id="export_audit",
    openapi_extra=file_told(
        media=sorted({each.media_type.partition(";")[0] for each in KINDS.values()}),
        refuses=[409, 422], may=AUDIT,
    )
    | {"parameters": told(None, asks=AuditFileIn)["parameters"]},
)  # fmt: skip
def export(request: HttpRequest, kind: File) -> HttpResponse:
    """All rows that fit as one file; `bundle` proves each of them and is checked offline."""
    wanted = asked(request, AuditFileIn)
    made = export_audit(settings.HOME, _ask(wanted), kind, by=caller(request), now=clock.now())
    kept = {
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(made.content, content_type=made.media_type, headers=kept)


@router.get(
    "/audit/tombstones",
    operation_id="list_tombstones",
    openapi_extra=told(StonesOut, asks=StonesIn, refuses=[422], signed_in=True, may="auditor; head"),
)
def tombstones(request: HttpRequest) -> HttpResponse:
    """What was deleted and when, newest first: kind, name, digest, ground; never what it said."""
    wanted = asked(request, StonesIn)
    must_read_audit(caller(request))
    return confided(StonesOut(stones(kind=wanted.kind, object=wanted.object)))


@router.get(
    "/access-deferrals",
    operation_id="list_deferrals",
    openapi_extra=told(DeferralsOut, signed_in=True, may="auditor; head"),
)
def all_deferrals(request: HttpRequest) -> HttpResponse:
    """Deferrals of details of readings, newest first."""
    must_read_audit(caller(request))
    return confided(DeferralsOut(deferrals()))


@router.post(
    "/access-deferrals",
    operation_id="defer_access",
    openapi_extra=told(
        DeferralOut, status=201, hears=DeferralIn, refuses=[404, 409], signed_in=True, may="head",
        headers=[KEY], example={"device": "ai-001", "days": 30, "because": "an inspection is under way"},
    ),
)  # fmt: skip
def defer(request: HttpRequest) -> HttpResponse:
    """Keep details of readings from an owner for some days; the owner sees that, and until when."""
    wanted, who = heard(request, DeferralIn), caller(request)
    wish = Wish(device=wanted.device, site=wanted.site, days=wanted.days, because=wanted.because)
    return done(
        request,
        lambda: DeferralOut(defer_access(wish, by=who, now=clock.now())),
        status=201,
        verb="defer_access",
    )


@router.post(
    "/access-deferrals/{id}/end",
    operation_id="end_deferral",
    openapi_extra=told(
        DeferralOut, refuses=[404, 409, 422], signed_in=True, may="head", headers=[KEY]
    ),
)  # fmt: skip
def end(request: HttpRequest, id: int) -> HttpResponse:
    """End a deferral before its time."""
    return done(request, lambda: _ended(request, id), verb="defer_access")


def _ended(request: HttpRequest, id: int) -> DeferralOut:
    end_deferral(id, by=caller(request), now=clock.now())
    return DeferralOut(id)


def _ask(wanted: AuditIn | AuditFileIn) -> AuditAsk:
    names = ("person", "role", "object", "verb", "device", "site", "way", "since", "until")
    found = {name: getattr(wanted, name) for name in names}
    return AuditAsk(what=getattr(wanted, "what", "deeds"), **found)
