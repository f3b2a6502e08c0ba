# SPDX-License-Identifier: Apache-2.0
"""Papers of a filing: one edition is downloaded as it was kept, checked against its digest on the way out."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from nadzor.portal.frame import house, person_of
from nadzor.records import files
from nadzor.register import filings
from nadzor.register.filing_cards import PaperCard

#: Shown in the window; everything else is only saved, so that nothing uploaded can act in our name.
SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/webp"})


def paper(request: HttpRequest, number: str, kind: str, edition: int) -> HttpResponse:
    """One edition of a paper, byte for byte."""
    found = filings.paper(person_of(request), number, kind, edition)
    return _served(found, files.read(found.digest, home=house()))


def _served(found: PaperCard, content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type=found.media_type)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=found.media_type not in SHOWN, filename=found.name) or ""
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
