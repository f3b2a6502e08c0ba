# SPDX-License-Identifier: Apache-2.0
"""Papers of a filing: downloaded as kept; objections, answers and conclusions are attached on the card."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.portal.filing_evidence import whose_of
from nadzor.portal.filing_moves import Typed
from nadzor.portal.filing_records import paper_label
from nadzor.portal.frame import house, person_of
from nadzor.portal.inputs import Input, select
from nadzor.records import files
from nadzor.records.intake import TYPES
from nadzor.register import filings
from nadzor.register.filing_cards import FilingCard, PaperCard
from nadzor.register.filing_permissions import WRITING, may_attach
from nadzor.register.papers import kinds

#: Shown in the window; everything else is only saved, so that nothing uploaded can act in our name.
SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/webp"})
FORM: Final = "paper"
KIND: Final = "paper-kind"
FILE: Final = "paper-file"


def paper(request: HttpRequest, number: str, kind: str, edition: int) -> HttpResponse:
    """One edition of a paper, byte for byte."""
    found = filings.paper(person_of(request), number, kind, edition)
    return _served(found, files.read(found.digest, home=house()))


def listing(request: HttpRequest, number: str) -> HttpResponse:
    """The papers stand on the filing's card."""
    filings.filing(person_of(request), number, today=clock.today())
    return redirect(reverse("filing", args=[number]) + "#papers")


def paper_inputs(who: Person | None, card: FilingCard, typed: Typed) -> list[Input]:
    """The form that attaches a paper outside the pages of the application; empty where nothing is awaited."""
    open_kinds = [] if card.row.state in WRITING else _open_kinds(who, card)
    if not open_kinds:
        return []
    errors = typed.errors if typed.form == FORM else {}
    names = {kind: paper_label(kind) for kind in open_kinds}
    types = sorted({each for kind in open_kinds for each in kinds()[kind].types})
    hint = _("%(types)s, up to 16 MB; a new file becomes the next edition.") % {
        "types": ", ".join(types).upper()
    }
    chosen = typed.given.get(KIND, "") if typed.form == FORM else ""
    accept = ",".join(ext for each in types for ext in TYPES[each].extensions)
    return [
        select(KIND, _("Kind of paper"), names, chosen, error=errors.get(KIND, "")),
        Input(
            name=FILE, label=_("File"), kind="upload", hint=hint, accept=accept, error=errors.get(FILE, "")
        ),
    ]


def _open_kinds(who: Person | None, card: FilingCard) -> list[str]:
    whose = whose_of(card)
    return [kind for kind in kinds() if may_attach(who, kind, card.row.state, whose)]


def _served(found: PaperCard, content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type=found.media_type)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=found.media_type not in SHOWN, filename=found.name) or ""
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
