# SPDX-License-Identifier: Apache-2.0
"""All routes of the API."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query
from ninja.throttling import AnonRateThrottle

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.api import problems, words
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.register import queries

api = NinjaAPI(
    title="nadzor",
    version="1.0.0",
    description="The public register and the enrolment of installations. Errors are RFC 9457 problem documents.",
    docs_url=None,  # ninja's page loads scripts from a CDN
    openapi_url="/openapi.json",
    urls_namespace="api",
)
problems.install(api)


class EnrolThrottle(AnonRateThrottle):
    """Bounds enrolment attempts from one address."""

    scope = "enrol"


@api.post("/enrol", response=words.EnrolOut, tags=["installations"], throttle=EnrolThrottle(), auth=None)
def enrol(request: HttpRequest, enrolment: words.EnrolIn) -> words.EnrolOut:
    """Use up a one-time token: give the public key made at the device, receive the installation's identity."""
    found = enrol_installation(
        settings.HOME, token=enrolment.token, public_key=enrolment.public_key, now=clock.now()
    )
    return words.enrolment(found)


@api.get("/register/devices", response=words.DevicesOut, tags=["register"])
def devices(
    request: HttpRequest,
    q: str = Query("", max_length=200, description="every word must be found"),
    after: str | None = Query(None, max_length=40, description="cursor: `next` of the page before"),
    changed_since: datetime | None = Query(None, description="only devices changed at or after this moment"),
    limit: int = Query(50, ge=1, le=200),
) -> words.DevicesOut:
    """Search the register, or follow its changes."""
    if changed_since is not None and changed_since.tzinfo is None:
        raise Refusal("api.time-zone", at="?changed_since")
    as_of = clock.now()
    found = queries.search(q, after=after, changed_since=changed_since, limit=limit + 1)
    page = found[:limit]
    following = page[-1].code if len(found) > limit else None
    return words.DevicesOut(items=[words.device(one) for one in page], next=following, as_of=as_of)


@api.get("/register/devices/{code}", response=words.DeviceFullOut, tags=["register"])
def device(request: HttpRequest, code: str) -> words.DeviceFullOut:
    """One device with its versions and declared claims."""
    found = queries.device(code)
    return words.DeviceFullOut(
        **words.device(found).model_dump(),
        versions=[words.version(one) for one in queries.versions(code)],
        claims=[words.claim(one) for one in queries.claims(code)],
    )


@api.get("/problems", response=list[words.ProblemOut], tags=["problems"])
def all_problems(request: HttpRequest) -> list[words.ProblemOut]:
    """Every problem this house may answer with: what it means and what to do."""
    return words.problems()


def not_found(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address under the API."""
    return problems.answer(request, Refusal("api.not-found"))
