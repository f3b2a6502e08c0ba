# SPDX-License-Identifier: Apache-2.0
"""The route of a proof bundle: one batch with everything that proves it, for those who may read it."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from nadzor.actions.make_bundle import bundle_of
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.description import told
from nadzor.api.wire import JSON
from nadzor.base import clock
from nadzor.receipts.bundle import Bundle

router = Router(tags=["ledgers"], auth=SIGNED_IN)
INDEX_MAX: Final = 2**53 - 1


@router.get(
    "/{index}/bundle",
    operation_id="read_proof_bundle",
    openapi_extra=told(
        Bundle,
        refuses=[404, 422],
        signed_in=True,
        may="oversight; the device's maker and its representative",
    ),
)
def bundle(request: HttpRequest, index: int = Path(ge=0, le=INDEX_MAX)) -> HttpResponse:
    """A batch as a proof bundle: canonical bytes, to be kept as they are; who took it is written down."""
    made = bundle_of(settings.HOME, index, by=caller(request), now=clock.now())
    return HttpResponse(made, content_type=JSON, headers={"Cache-Control": "private, no-store"})
