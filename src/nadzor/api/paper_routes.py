# SPDX-License-Identifier: Apache-2.0
"""Routes of papers: a file comes in as a form or as JSON, is checked the same way, and leaves as it came."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Router

from nadzor.actions.attach_paper import Upload, attach_paper
from nadzor.api import filing_words as words
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.description import file_told, told
from nadzor.api.wire import JSON, confided, heard
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.records import files
from nadzor.records.intake import TYPES
from nadzor.register import filings
from nadzor.register.filing_cards import PaperCard

router = Router(tags=["filings"], auth=SIGNED_IN)
FORM: Final = "multipart/form-data"
_FIELDS: Final[dict[str, Any]] = {
    "kind": {"type": "string", "description": "a kind of the checklist, such as images_media"},
    "file": {"type": "string", "format": "binary"},
}
_FORM: Final = {"schema": {"type": "object", "required": ["kind", "file"], "properties": _FIELDS}}
_EXAMPLE: Final = {"kind": "operating_documentation", "name": "manual.pdf", "content": "JVBERi0xLjcK"}


def _attach_told() -> dict[str, Any]:
    page = told(
        PaperCard,
        status=201,
        hears=words.PaperIn,
        refuses=[404, 409],
        signed_in=True,
        may="its maker's administrator or representative",
    )
    page["requestBody"]["content"][FORM] = _FORM
    page["requestBody"]["content"][JSON]["example"] = _EXAMPLE
    return page


@router.post("/{number}/papers", operation_id="attach_paper", openapi_extra=_attach_told())
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Attach a file as the next edition of its kind: size, type by its bytes, active content, virus scan."""
    upload = _from_form(request) if request.content_type == FORM else _from_json(request)
    found = attach_paper(number, upload, by=caller(request), now=clock.now(), home=settings.HOME)
    place = f"/api/v1/filings/{number}/papers/{found.kind}/{found.edition}"
    return confided(found, status=201, headers={"Location": place})


@router.get(
    "/{number}/papers/{kind}",
    operation_id="read_paper",
    openapi_extra=file_told(
        may="whoever may see the filing", media=[each.media_type for each in TYPES.values()], refuses=[404]
    ),
)
def newest(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """The newest edition of a paper, byte for byte."""
    return _served(filings.paper(caller(request), number, kind))


@router.get(
    "/{number}/papers/{kind}/{edition}",
    operation_id="read_paper_edition",
    openapi_extra=file_told(
        may="whoever may see the filing",
        media=[each.media_type for each in TYPES.values()],
        refuses=[404, 422],
    ),
)
def edition(request: HttpRequest, number: str, kind: str, edition: int) -> HttpResponse:
    """One edition of a paper, byte for byte."""
    return _served(filings.paper(caller(request), number, kind, edition))


def _from_form(request: HttpRequest) -> Upload:
    file = request.FILES.get("file")
    if file is None or "kind" not in request.POST or len(request.FILES) > 1:
        raise Refusal("api.malformed", "$.file" if file is None else "$.kind")
    if (file.size or 0) > files.SIZE_MAX:
        raise Refusal("file.too-large", limit=files.SIZE_MAX)
    return Upload(request.POST["kind"], file.read(), file.name or "", file.content_type or "")


def _from_json(request: HttpRequest) -> Upload:
    found = heard(request, words.PaperIn, limit=files.SIZE_MAX)
    return Upload(found.kind, found.content, found.name, found.media_type)


def _served(found: PaperCard) -> HttpResponse:
    """Why: always an attachment, never kept on the way: nothing uploaded may act in our name."""
    answer = HttpResponse(files.read(found.digest, home=settings.HOME), content_type=found.media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=found.name) or ""
    answer["Cache-Control"] = "private, no-store"
    answer["ETag"] = f'"{found.digest}"'
    return answer
