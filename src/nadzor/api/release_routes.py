# SPDX-License-Identifier: Apache-2.0
"""Routes of public tables on their way out, and of embargoes on details of a weak spot."""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Path, Router

from nadzor.actions.build_release import Wanted, build_release
from nadzor.actions.check_release import check_release
from nadzor.actions.place_embargo import Hiding, end_embargo, place_embargo
from nadzor.actions.publish_release import publish_release
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.event_words import ID_MAX
from nadzor.api.filing_words import Code, Moment, Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import confided, heard
from nadzor.base import clock
from nadzor.disclosure.attack import Report
from nadzor.records.embargoes import EmbargoCard, embargo, embargoes
from nadzor.records.releases import ReleaseCard, release, releases

router = Router(tags=["releases"], auth=SIGNED_IN)
READ = "the head, the registrar, the auditor"
BUILD = "the registrar, the head"
PUBLISH = "the head, or a registrar with an order of delegation"
HIDE = "the head, or whoever holds an order of delegation"


class ReleasesOut(Struct, frozen=True):
    """All releases, published or only built, with the report of the attack that each stood or not."""

    items: tuple[ReleaseCard, ...]


class BuildIn(Strict, frozen=True, kw_only=True):
    """A series and a period that is over."""

    series: Code
    period: Code


class EmbargoesOut(Struct, frozen=True):
    """Embargoes, newest first, those that ended too."""

    items: tuple[EmbargoCard, ...]


class HidingIn(Strict, frozen=True, kw_only=True):
    """Which details of a device wait (`version` empty: of every version), about what, until when, why."""

    device: Code
    version: Annotated[str, Meta(max_length=60)] = ""
    hides: Annotated[tuple[Code, ...], Meta(max_length=10)]
    about: Annotated[str, Meta(max_length=120)] = ""
    until: Moment
    because: Prose


class EndIn(Strict, frozen=True):
    """Why it ends before its time."""

    because: Prose


@router.get(
    "/releases", operation_id="list_releases", openapi_extra=told(ReleasesOut, signed_in=True, may=READ)
)
def list_releases(request: HttpRequest) -> HttpResponse:
    """Releases; what was published anybody reads as open data, under `/open/statistics`."""
    return confided(ReleasesOut(tuple(releases())))


@router.get(
    "/releases/{series}/{period}",
    operation_id="read_release",
    openapi_extra=told(ReleaseCard, refuses=[404], signed_in=True, may=READ),
)
def read_release(request: HttpRequest, series: str, period: str) -> HttpResponse:
    """The published release of a period, else the one built last."""
    return confided(release(series, period))


@router.get(
    "/releases/{series}/{period}/check",
    operation_id="check_release",
    openapi_extra=told(Report, refuses=[404, 500], signed_in=True, may=READ),
)
def check(request: HttpRequest, series: str, period: str) -> HttpResponse:
    """The attack made anew, beside all that is published by now; nothing is kept of it."""
    return confided(check_release(settings.HOME, series, period, now=clock.now()))


@router.post(
    "/releases",
    operation_id="build_release",
    openapi_extra=told(
        ReleaseCard, status=201, hears=BuildIn, refuses=[404, 409], signed_in=True, may=BUILD, headers=[KEY],
        example={"series": "use-month", "period": "2026-09"},
    ),
)  # fmt: skip
def build(request: HttpRequest) -> HttpResponse:
    """Build the table of a period and attack it; nothing is published by this."""
    given, who = heard(request, BuildIn), caller(request)

    def deed() -> ReleaseCard:
        return build_release(
            settings.HOME, Wanted(given.series, given.period), by=who, now=clock.now()
        )  # fmt: skip

    return done(
        request, deed, status=201, at=lambda out: f"releases/{out['series']}/{out['period']}", verb="release"
    )


@router.post(
    "/releases/{series}/{period}/publish",
    operation_id="publish_release",
    openapi_extra=told(
        ReleaseCard, refuses=[404, 409], signed_in=True, may=PUBLISH, headers=[KEY]
    ),
)  # fmt: skip
def publish(request: HttpRequest, series: str, period: str) -> HttpResponse:
    """Publish a table that stood the attack, for good; whoever has an interest in a device of it may not."""
    who = caller(request)

    def deed() -> ReleaseCard:
        return publish_release(settings.HOME, Wanted(series, period), by=who, now=clock.now())

    return done(request, deed, verb="release")


@router.get(
    "/embargoes",
    operation_id="list_embargoes",
    openapi_extra=told(EmbargoesOut, signed_in=True, may="the staff, the auditor"),
)
def list_embargoes(request: HttpRequest) -> HttpResponse:
    """What the public may not read yet, and until when."""
    return confided(EmbargoesOut(tuple(embargoes())))


@router.post(
    "/embargoes",
    operation_id="place_embargo",
    openapi_extra=told(
        EmbargoCard, status=201, hears=HidingIn, refuses=[404, 409, 422], signed_in=True, may=HIDE,
        headers=[KEY],
        example={
            "device": "ai-001", "version": "2.1", "hides": ["version"], "until": "2026-12-01T00:00:00+03:00",
            "because": "The repair is not out yet",
        },
    ),
)  # fmt: skip
def place(request: HttpRequest) -> HttpResponse:
    """Keep details from the public for a time; clinics that run the version are told everything."""
    given, who = heard(request, HidingIn), caller(request)
    hiding = Hiding(
        device=given.device, version=given.version, hides=given.hides, about=given.about, until=given.until,
        because=given.because,
    )  # fmt: skip

    def deed() -> EmbargoCard:
        return embargo(place_embargo(hiding, by=who, now=clock.now()))

    return done(request, deed, status=201, verb="embargo")


@router.post(
    "/embargoes/{id}/end",
    operation_id="end_embargo",
    openapi_extra=told(
        EmbargoCard, hears=EndIn, refuses=[404], signed_in=True, may=HIDE, headers=[KEY],
        example={"because": "The repair is installed everywhere"},
    ),
)  # fmt: skip
def end(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """End an embargo before its time."""
    given, who = heard(request, EndIn), caller(request)

    def deed() -> EmbargoCard:
        end_embargo(id, because=given.because, by=who, now=clock.now())
        return embargo(id)

    return done(request, deed, verb="embargo")
