# SPDX-License-Identifier: Apache-2.0
"""Routes of the sandbox: draft devices of a maker and their test benches."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from nadzor.actions.open_draft import Draft, DraftToken, invite_draft, open_draft
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.description import told
from nadzor.api.wire import confided, heard
from nadzor.base import clock
from nadzor.register.drafts import DraftCard, drafts

router = Router(tags=["sandbox"], auth=SIGNED_IN)
_MAY = "the maker's administrator or representative; registrar"


@router.get(
    "/devices", operation_id="list_drafts", openapi_extra=told(list[DraftCard], signed_in=True, may=_MAY)
)
def listing(request: HttpRequest) -> HttpResponse:
    """The drafts the caller may use, with their test benches."""
    return confided(drafts(caller(request)))


@router.post(
    "/devices",
    operation_id="open_draft",
    openapi_extra=told(
        DraftToken,
        status=201,
        hears=Draft,
        refuses=[404, 409],
        signed_in=True,
        may=_MAY,
        example={"maker": "luchik", "name": {"ru": "Лучик", "en": "Luchik"}, "modality": "DX"},
    ),
)
def open_(request: HttpRequest) -> HttpResponse:
    """Open a draft device, with the token of its first test bench, shown once."""
    wanted = heard(request, Draft)
    given = open_draft(settings.HOME, wanted, by=caller(request), now=clock.now())
    return confided(given, status=201)


@router.post(
    "/devices/{code}/benches",
    operation_id="invite_draft",
    openapi_extra=told(DraftToken, status=201, refuses=[404], signed_in=True, may=_MAY),
)
def bench(request: HttpRequest, code: str) -> HttpResponse:
    """A one-time token for another test bench of a draft."""
    given = invite_draft(settings.HOME, device=code, by=caller(request), now=clock.now())
    return confided(given, status=201)
