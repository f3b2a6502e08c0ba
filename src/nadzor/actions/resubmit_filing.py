# SPDX-License-Identifier: Apache-2.0
"""File anew after a return, a refusal or a withdrawal: a new affair linked to the old one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.move_filing import move_filing
from nadzor.actions.open_filing import NEW_ENTRY, open_filing
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import moves_from
from nadzor.register.filing_form import FORMS, Application
from nadzor.register.filing_permissions import OFFICE, may_edit_filing, may_see_filing
from nadzor.register.filing_rows import whose
from nadzor.register.models import Filing, Paper

#: Moves by which a closed or directed affair is followed by a new one.
ANEW = ("file_anew", "open_registration")


@transaction.atomic
def resubmit_filing(number: str, *, by: Person | None, now: datetime, procedure: str | None = None) -> str:
    """Open a new draft with the old one's form and papers; its own clocks run once it is handed in.

    `procedure`: another one, as a refusal or a rerouting told; a direction to register opens a registration.
    Raises: Refusal filing.unknown, filing.not-yours, filing.not-resubmittable, filing.procedure-unknown.
    """
    row = Filing.objects.select_for_update(of=("self",)).filter(number=number).first()
    if row is None or not may_see_filing(by, whose(row)):
        raise Refusal("filing.unknown")
    if not may_edit_filing(by, whose(row)):
        raise Refusal("filing.not-yours")
    verb = next((m.verb for m in moves_from(PROCEDURES[row.procedure], row.state) if m.verb in ANEW), None)
    if verb is None:
        raise Refusal("filing.not-resubmittable")
    wanted = procedure or ("registration_simplified" if verb == "open_registration" else row.procedure)
    if FORMS.get(wanted) is not Application:
        raise Refusal("filing.procedure-unknown", "$.procedure")
    move_filing(number, verb, by=by, now=now)
    fresh = open_filing(
        wanted, by=by, now=now, device=None if wanted in NEW_ENTRY or not row.device else row.device.code,
        maker=row.maker.code, form=row.form,
    )  # fmt: skip
    copy = Filing.objects.get(number=fresh)
    Filing.objects.filter(pk=copy.pk).update(previous=row)
    _copy_papers(row, copy, now=now)
    return fresh


def _copy_papers(old: Filing, new: Filing, *, now: datetime) -> None:
    """The newest edition of every paper becomes the first of the new affair; the file itself is kept once."""
    newest = {paper.kind: paper for paper in old.papers.exclude(kind__in=OFFICE).order_by("edition")}
    for paper in newest.values():
        Paper.objects.create(
            filing=new, kind=paper.kind, edition=1, digest=paper.digest, name=paper.name,
            media_type=paper.media_type, size=paper.size, at=now, by=paper.by, scan=paper.scan,
        )  # fmt: skip
