# SPDX-License-Identifier: Apache-2.0
"""Attach a file to a filing: checked, kept by its hash, in the next edition of its kind."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit, files, intake
from nadzor.register import authority
from nadzor.register.filing_cards import PaperCard
from nadzor.register.filing_flags import parties
from nadzor.register.filing_permissions import SIDE, may_attach, may_see_filing
from nadzor.register.filing_rows import paper_card, whose
from nadzor.register.models import Filing, Paper
from nadzor.register.papers import kind_of

EDITIONS_MAX: Final = 100  # of one kind: more is a loop of somebody's programme


class Upload(Struct, frozen=True):
    """A file as it came in: the kind of paper, its bytes, its name, the type it was declared as."""

    kind: str
    content: bytes
    name: str
    declared: str = ""


def attach_paper(number: str, upload: Upload, *, by: Person | None, now: datetime, home: Home) -> PaperCard:
    """Check a file, keep it, and write it down as the newest edition of its kind.

    Why: the checks run before the transaction, so that a slow scanner holds up nobody's writing.
    Raises: Refusal filing.unknown, filing.not-editable, filing.interest, filing.paper-kind,
    filing.papers-full; file.empty, file.too-large, file.type, file.disguised, file.active, file.too-deep,
    file.infected, file.not-scanned.
    """
    _writable(number, upload.kind, by=by)
    found = intake.checked(
        upload.content, name=upload.name, declared=upload.declared, allowed=kind_of(upload.kind).types,
        scanner=settings.CONFIGURATION.scan,
    )  # fmt: skip
    kept = files.keep(upload.content, name=found.name, media_type=found.media_type, home=home, now=now)
    who = by.username if by else ""
    with transaction.atomic():
        row = _writable(number, upload.kind, by=by)
        paper = Paper.objects.create(
            filing=row, kind=upload.kind, edition=_next(row, upload.kind), digest=kept.digest,
            name=found.name, media_type=found.media_type, size=kept.size, at=now, by=who, scan=found.scan,
        )  # fmt: skip
        Filing.objects.filter(pk=row.pk).update(changed_at=now)
        audit.record(
            "register.filing.attach", f"filing {number}", by=who, now=now, because=upload.kind,
            digest=kept.digest, edition=paper.edition,
        )  # fmt: skip
    return paper_card(paper)


def _writable(number: str, kind: str, *, by: Person | None) -> Filing:
    row = Filing.objects.select_for_update(of=("self",)).filter(number=number).first()
    if row is None or not may_see_filing(by, whose(row)):
        raise Refusal("filing.unknown")
    kind_of(kind)
    if not may_attach(by, kind, row.state, whose(row)):
        raise Refusal("filing.not-editable")
    if by is not None and by.role not in SIDE and authority.interested(by.username, parties(row)):
        raise Refusal("filing.interest")
    return row


def _next(row: Filing, kind: str) -> int:
    last = Paper.objects.filter(filing=row, kind=kind).order_by("edition").last()
    edition = last.edition + 1 if last else 1
    if edition > EDITIONS_MAX:
        raise Refusal("filing.papers-full", limit=EDITIONS_MAX)
    return edition
