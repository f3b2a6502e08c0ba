# SPDX-License-Identifier: Apache-2.0
"""Routes for the state's own systems: hand in a filing, ask how it stands.  Each proves itself by its key."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema

from nadzor.actions.import_filing import import_filing
from nadzor.actions.return_status import return_status
from nadzor.actions.seams.request import Asked
from nadzor.actions.seams.seam_keys import seam_of
from nadzor.api import words
from nadzor.base import clock

router = Router(tags=["seams"])
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "description": "gosuslugi.schema.json"}}
        },
    }
}
_REFUSED: Final = dict.fromkeys((401, 403, 404, 409, 413, 422), words.ProblemDocument)


class ImportedOut(Schema):
    """What became of a filing; `repeated`: it was here already, and nothing was done."""

    number: str
    external_number: str
    state: str
    digest: str
    signer: str
    qualified: bool
    repeated: bool


class SignatureOut(Schema):
    """A detached signature over the status' very bytes."""

    suite: str
    value: str
    certificate: str


class SealedStatusOut(Schema):
    """A status: base64 of JSON, the house's signature over those bytes, its stamp, and its worth."""

    v: int
    status: str
    signature: SignatureOut
    stamp: str
    qualified: bool


@router.post(
    "/filings",
    operation_id="import_filing",
    response={200: ImportedOut, **_REFUSED},
    openapi_extra=_BODY,
)
def hand_in(request: HttpRequest) -> ImportedOut:
    """Hand in a filing that the state's portal received; the same again is the same filing."""
    now = clock.now()
    seam = seam_of(_asked(request), now=now)
    report = import_filing(request.body, seam=seam, home=settings.HOME, now=now)
    return ImportedOut.model_validate(report, from_attributes=True)


@router.get(
    "/filings/{path:external_number}",
    operation_id="return_status",
    response={200: SealedStatusOut, **_REFUSED},
)
def status(request: HttpRequest, external_number: str) -> SealedStatusOut:
    """How a filing stands that this system handed in: state, steps, dates with their norms, letters."""
    now = clock.now()
    seam = seam_of(_asked(request), now=now)
    suite = settings.CONFIGURATION.signer
    told = return_status(external_number, seam=seam, suite=suite, home=settings.HOME, now=now)
    return SealedStatusOut.model_validate(told, from_attributes=True)


def _asked(request: HttpRequest) -> Asked:
    """The request as it was signed: its address as the portal is known outside."""
    target = settings.HOME.settings.portal_url + request.get_full_path()
    return Asked(request.method or "", target, dict(request.headers), request.body)
