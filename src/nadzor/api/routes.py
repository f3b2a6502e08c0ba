# SPDX-License-Identifier: Apache-2.0
"""All routes of the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja.renderers import JSONRenderer
from ninja.throttling import AnonRateThrottle

from nadzor.actions.count_refusal import count_refusal
from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.rotate_key import rotate_key
from nadzor.api import (
    audit_routes,
    authority_routes,
    baseline_routes,
    bundle_routes,
    case_routes,
    code_routes,
    declared_routes,
    desk_routes,
    destruction_routes,
    dispute_routes,
    event_desk_routes,
    event_routes,
    filing_routes,
    gate_routes,
    known_routes,
    law_routes,
    ledger_routes,
    letter_routes,
    monitoring_routes,
    notice_routes,
    obligation_routes,
    open_routes,
    paper_routes,
    problems,
    procedure_routes,
    register_routes,
    release_routes,
    sandbox_routes,
    seam_routes,
    signal_routes,
    vault_routes,
    warning_routes,
    words,
)
from nadzor.api.description import Api
from nadzor.base import clock
from nadzor.base.problems import Refusal


class Utf8Json(JSONRenderer):
    """JSON with Cyrillic as letters."""

    json_dumps_params = {"ensure_ascii": False}  # noqa: RUF012


DESCRIPTION = (
    "The public register and the public law, filings with their procedures and clocks, the transmission "
    "gate, signals, adverse events, cases, warnings, clinical monitoring, enrolment. A token acts in its "
    "owner's role. Errors are problem documents (RFC 9457)."
)
api = Api(
    renderer=Utf8Json(),
    title="nadzor",
    version="1.0.0",
    description=DESCRIPTION,
    docs_url=None,  # ninja's page loads scripts from a CDN
    openapi_url="/openapi.json",
    urls_namespace="api",
)
problems.install(api)
api.add_router("/register", register_routes.router)
api.add_router("/seams", seam_routes.router)
api.add_router("/law", law_routes.router)
api.add_router("/procedures", procedure_routes.router)
api.add_router("/filings", filing_routes.router)
api.add_router("/filings", paper_routes.router)
api.add_router("/authority", authority_routes.router)
api.add_router("/devices", gate_routes.router)
api.add_router("/devices", declared_routes.router)
api.add_router("/devices", ledger_routes.router)
api.add_router("/devices", baseline_routes.router)
api.add_router("/sandbox", sandbox_routes.router)
api.add_router("/batches", bundle_routes.router)
api.add_router("/signals", signal_routes.router)
api.add_router("", event_desk_routes.router)
api.add_router("/events", event_routes.router)
api.add_router("/codes", code_routes.router)
api.add_router("/cases", case_routes.router)
api.add_router("/disputes", dispute_routes.router)
api.add_router("", warning_routes.router)
api.add_router("", notice_routes.router)
api.add_router("", monitoring_routes.router)
api.add_router("", obligation_routes.router)
api.add_router("", desk_routes.router)
api.add_router("", audit_routes.router)
api.add_router("/open", open_routes.router)
api.add_router("/known", known_routes.router)
api.add_router("", vault_routes.router)
api.add_router("", destruction_routes.router)
api.add_router("", release_routes.router)
api.add_router("", letter_routes.router)


class EnrolThrottle(AnonRateThrottle):
    """Bounds enrolment attempts from one address."""

    scope = "enrol"


class RotateThrottle(AnonRateThrottle):
    """Bounds requests for new keys from one address; enrolments are counted apart."""

    scope = "rotate"


@contextmanager
def counted(verb: str) -> Iterator[None]:
    """A refusal of what an installation asks is counted: by day, verb and code, nothing of what was sent."""
    try:
        yield
    except Refusal as refusal:
        count_refusal(verb, role="device", code=refusal.code, on=clock.today())
        raise


@api.post(
    "/enrol",
    operation_id="enrol",
    response={200: words.EnrolOut, frozenset({401, 409, 422, 429}): words.ProblemDocument},
    tags=["installations"],
    throttle=EnrolThrottle(),
)
def enrol(request: HttpRequest, enrolment: words.EnrolIn) -> words.EnrolOut:
    """Use up a one-time token: give the public key made at the device, get the installation's identity."""
    with counted("enrol"):
        found = enrol_installation(
            settings.HOME,
            token=enrolment.token,
            public_key=enrolment.public_key,
            suite=enrolment.suite,
            now=clock.now(),
        )
    return words.enrolment(found)


@api.post(
    "/rotate",
    operation_id="rotate",
    response={200: words.RotateOut, frozenset({401, 409, 422, 429}): words.ProblemDocument},
    tags=["installations"],
    throttle=RotateThrottle(),
)
def rotate(request: HttpRequest, rotation: words.RotateIn) -> words.RotateOut:
    """Enter an installation's next key; the present one signs for it and counts for a week more."""
    with counted("rotate"):
        found = rotate_key(settings.HOME, words.rotation_ask(rotation), now=clock.now())
    return words.rotation(found)


@api.get("/problems", operation_id="list_problems", response=list[words.ProblemOut], tags=["problems"])
def all_problems(request: HttpRequest) -> list[words.ProblemOut]:
    """Every problem this house may answer with: what it means and what to do."""
    return words.problems()


def not_found(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address under the API."""
    return problems.answer(request, Refusal("api.not-found"))
