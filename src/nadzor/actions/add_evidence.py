# SPDX-License-Identifier: Apache-2.0
"""Add a dated record of a trial, an inspection, an expertise or a court's act to a filing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

from django.db import transaction
from msgspec import Meta, Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.register import authority
from nadzor.register.bodies import able, fits
from nadzor.register.filing_cards import EvidenceCard
from nadzor.register.filing_flags import parties
from nadzor.register.filing_permissions import SIDE, may_record_evidence, may_see_filing
from nadzor.register.filing_rows import evidence_card, is_open, whose
from nadzor.register.filing_words import filing_words
from nadzor.register.models import Evidence, Filing

MOSCOW: Final = "moscow-centre"


class EvidenceRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is recorded: kind, body, number and day, what was found; `digest` is that of its file."""

    kind: str
    body: Annotated[str, Meta(max_length=64)]
    day: date
    number: Annotated[str, Meta(max_length=100)] = ""
    valid_until: date | None = None
    outcome: str = "none"
    text: Annotated[str, Meta(max_length=8000)] = ""
    digest: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")] = ""


@transaction.atomic
def add_evidence(number: str, record: EvidenceRecord, *, by: Person | None, now: datetime) -> EvidenceCard:
    """Write a record of evidence, which is never changed afterwards.

    Raises: Refusal filing.unknown, people.not-yours, filing.interest, filing.closed,
    filing.evidence-malformed, filing.body-unfit.
    """
    row = Filing.objects.select_for_update(of=("self",)).filter(number=number).first()
    if row is None or by is None or not may_see_filing(by, whose(row)):
        raise Refusal("filing.unknown")
    if not may_record_evidence(by, record.kind, whose(row)):
        raise Refusal("people.not-yours")
    if by.role not in SIDE and authority.interested(by.username, parties(row)):
        raise Refusal("filing.interest")
    if not is_open(row):
        raise Refusal("filing.closed")
    _must_be_sound(record, row, by=by, on=moscow_date(now))
    found = Evidence.objects.create(
        filing=row, kind=record.kind, body=record.body, number=record.number, day=record.day,
        valid_until=record.valid_until, outcome=record.outcome, text=record.text, digest=record.digest,
        at=now, by=by.username, role=by.role.value,
    )  # fmt: skip
    audit.record(
        "register.filing.evidence", f"filing {number}", by=by.username, now=now,
        because=filing_words().evidence[record.kind].en, kind=record.kind, body=record.body,
        outcome=record.outcome,
    )  # fmt: skip
    return evidence_card(found)


def _must_be_sound(record: EvidenceRecord, row: Filing, *, by: Person, on: date) -> None:
    wrong = [
        ("kind", record.kind not in filing_words().evidence),
        ("outcome", record.outcome not in filing_words().outcomes),
        ("day", record.day > on),
        ("valid_until", record.valid_until is not None and record.valid_until <= record.day),
        ("body", not record.body.strip()),
    ]
    if places := [place for place, bad in wrong if bad]:
        raise Refusal("filing.evidence-malformed", f"$.{places[0]}", fields=", ".join(places))
    own = by.role is not Role.MOSCOW_CENTRE or record.body == MOSCOW
    if not own or not fits(record.kind, record.body, row.procedure):
        listed = ", ".join(body.code for body in able(record.kind, row.procedure))
        raise Refusal("filing.body-unfit", "$.body", bodies=listed)
