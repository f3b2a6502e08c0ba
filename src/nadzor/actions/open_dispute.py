# SPDX-License-Identifier: Apache-2.0
"""Open a dispute file where a maker's declared month and the platform's differ; either side may."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.build_month import month_of, month_rows
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, Text
from nadzor.measures.rollup import rows_digest
from nadzor.people.queries import Person
from nadzor.records import audit, notices
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.register.declared import declared
from nadzor.statutory.body import digest
from nadzor.statutory.declared_compare import compare
from nadzor.statutory.dispute import (
    CountedFrom,
    DeclaredFrom,
    DisputeFile,
    body_digest,
    dispute_body,
    dispute_file,
)
from nadzor.statutory.month import MonthReport
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.disputes import DisputeCard, dispute_card, may_open_dispute
from nadzor.vigilance.models import Dispute

OPEN = "open"


@transaction.atomic
def open_dispute(home: Home, device: str, month: Month, *, by: Person | None, now: datetime) -> DisputeCard:
    """Open a dispute about a month; while one is open, it is the one that is answered.

    Law: Order 4472.
    Raises: Refusal register.device-unknown, people.not-yours, dispute.not-declared, dispute.same;
    NormMissing without an edition for the month.
    """
    card = register.device(device)
    if not may_open_dispute(by, maker=card.maker.code):
        raise Refusal("people.not-yours")
    standing = Dispute.objects.select_for_update().filter(device=device, month=str(month), state=OPEN).first()
    if standing is not None:
        return dispute_card(standing)
    file = disputed_month(home, device, month)
    if file is None:
        raise Refusal("dispute.same", month=str(month))
    return _open(card, file, by=by.username if by else "", now=now)


def disputed_month(home: Home, device: str, month: Month) -> DisputeFile | None:
    """What a dispute of this month would say now; None where declared and counted are the same.

    Law: Order 4472.
    Raises: Refusal dispute.not-declared, rollup.missing; NormMissing without an edition.
    """
    uploads = declared(device, str(month))
    if not uploads:
        raise Refusal("dispute.not-declared", month=str(month))
    report, stands = month_of(home, month, device), uploads[0]
    sent = DeclaredFrom(
        file_sha256=stands.digest,
        rows=len(stands.rows),
        sent_at=stands.at.isoformat(),
        replaced=len(uploads) - 1,
        columns=tuple(
            sorted({key for row in stands.rows for key, told in row.items() if isinstance(told, int)})
        ),
    )
    ours = _counted_from(home, report)
    return dispute_file(compare(stands.rows, report), sent, ours, device=device, month=str(month))


def _counted_from(home: Home, report: MonthReport) -> CountedFrom:
    rollups, month, device = Rollups.open(home), report.month, report.device.code
    rows = [
        row
        for row in month_rows(rollups, month, device=device).get(device, [])
        if row.known <= report.known_by
    ]
    at_intake = {
        measure: rollups.total(measure, device=device, since=month.first, until=month.after)
        for measure in ("rejected", "gaps", "duplicates")
    }
    return CountedFrom(
        report_hash=digest(report), edition=report.edition.edition, rollup=rollups.manifest.digest,
        rows=len(rows), rows_sha256=rows_digest(rows), journal_size=rollups.manifest.journal_size,
        known_by=report.known_by,
        rejected=at_intake["rejected"], missing=at_intake["gaps"], repeated=at_intake["duplicates"],
        late=sum(row.n for row in rows if row.measure == "studies" and row.known > month.after),
    )  # fmt: skip


def _open(card: DeviceCard, file: DisputeFile, *, by: str, now: datetime) -> DisputeCard:
    body = dispute_body(file)
    row = Dispute.objects.create(
        device=file.device, month=file.month, opened_at=now, opened_by=by, body=body, digest=body_digest(body)
    )
    audit.record(
        "statutory.dispute.open", f"{file.device} {file.month}", by=by, because="order-4472", now=now,
        dispute=row.pk, digest=row.digest, cells=len(file.cells),
    )  # fmt: skip
    n = len(file.cells)
    told = Text(
        ru=f"Открыт спор о числах за {file.month} по изделию {file.device}; расходящихся полей: {n}.",
        en=f"A dispute about the numbers of {file.month} for {file.device} is open; fields that differ: {n}.",
    )
    tell_both(row, card, told, now=now)
    return dispute_card(row)


def tell_both(row: Dispute, card: DeviceCard, text: Text, *, now: datetime) -> None:
    """Tell the maker, its representative and the inspectors."""
    subject = f"dispute {row.pk}"
    for code in filter(None, (card.maker.code, card.maker.represented_by)):
        notices.to_organisation(code, subject=subject, text=text, now=now)
    notices.to_role("inspector", subject=subject, text=text, now=now)
