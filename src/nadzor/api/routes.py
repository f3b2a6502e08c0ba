# SPDX-License-Identifier: Apache-2.0
"""All routes of the API."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query
from ninja.renderers import JSONRenderer
from ninja.throttling import AnonRateThrottle

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.api import problems, words
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.register import queries


class Utf8Json(JSONRenderer):
    """JSON with Cyrillic as letters."""

    json_dumps_params = {"ensure_ascii": False}  # noqa: RUF012


api = NinjaAPI(
    renderer=Utf8Json(),
    title="nadzor",
    version="1.0.0",
    description="Public register, enrolment of installations. Errors are problem documents (RFC 9457).",
    docs_url=None,  # ninja's page loads scripts from a CDN
    openapi_url="/openapi.json",
    urls_namespace="api",
)
problems.install(api)


class EnrolThrottle(AnonRateThrottle):
    """Bounds enrolment attempts from one address."""

    scope = "enrol"


@api.post(
    "/enrol",
    operation_id="enrol",
    response={200: words.EnrolOut, frozenset({401, 409, 422, 429}): words.ProblemDocument},
    tags=["installations"],
    throttle=EnrolThrottle(),
)
def enrol(request: HttpRequest, enrolment: words.EnrolIn) -> words.EnrolOut:
    """Use up a one-time token: give the public key made at the device, get the installation's identity."""
    found = enrol_installation(
        settings.HOME, token=enrolment.token, public_key=enrolment.public_key, now=clock.now()
    )
    return words.enrolment(found)


@api.get(
    "/register/devices",
    operation_id="list_devices",
    response={200: words.DevicesOut, 422: words.ProblemDocument},
    tags=["register"],
)
def devices(request: HttpRequest, asked: Query[words.DevicesIn]) -> words.DevicesOut:
    """Search the register, or follow its changes."""
    since = asked.changed_since
    if since is not None and since.tzinfo is None:
        raise Refusal("api.time-zone", at="?changed_since")
    as_of = clock.now()
    found = queries.search(asked.q, after=asked.after, changed_since=since, limit=asked.limit + 1)
    page = found[: asked.limit]
    following = page[-1].code if len(found) > asked.limit else None
    return words.DevicesOut(items=[words.device(one) for one in page], next=following, as_of=as_of)


@api.get(
    "/register/devices/{code}",
    operation_id="read_device",
    response={200: words.DeviceFullOut, 404: words.ProblemDocument},
    tags=["register"],
)
def device(request: HttpRequest, code: str) -> words.DeviceFullOut:
    """One device with its versions and declared claims."""
    found = queries.device(code)
    return words.DeviceFullOut(
        **words.device(found).model_dump(),
        versions=[words.version(one) for one in queries.versions(code)],
        claims=[words.claim(one) for one in queries.claims(code)],
    )


@api.get("/problems", operation_id="list_problems", response=list[words.ProblemOut], tags=["problems"])
def all_problems(request: HttpRequest) -> list[words.ProblemOut]:
    """Every problem this house may answer with: what it means and what to do."""
    return words.problems()


def not_found(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address under the API."""
    return problems.answer(request, Refusal("api.not-found"))
