# SPDX-License-Identifier: Apache-2.0
"""Take the stones of what was destroyed away as a file; who took them is on record."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from typing import Final

import msgspec
from django.db import transaction

from nadzor.actions.export_audit import KINDS, AuditFile
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_read_audit
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.records.tombstones import TombstoneCard, stones
from nadzor.statutory.table import inert

ROWS_MAX: Final = 1_000
FILES: Final = ("csv", "json")


@transaction.atomic
def export_stones(kind: str, form: str, *, by: Person | None, now: datetime) -> AuditFile:
    """The newest stones, all or of one kind of thing, as CSV (RFC 4180) or JSON.

    Raises: Refusal people.auditor-only, audit.kind, audit.too-many.
    """
    must_read_audit(by)
    if form not in FILES:
        raise Refusal("audit.kind", kinds=", ".join(FILES))
    rows = stones(kind=kind, limit=ROWS_MAX)
    if len(rows) == ROWS_MAX:
        raise Refusal("audit.too-many", rows=len(rows), limit=ROWS_MAX - 1)
    audit.record(
        "records.audit.export", "stones", by=by.username if by else "", because="export", now=now,
        kind=form, rows=len(rows), asked={"kind": kind} if kind else {},
    )  # fmt: skip
    told = {"v": 1, "what": "stones", "as_of": now, "rows": rows}
    content = _csv(rows) if form == "csv" else msgspec.json.encode(told) + b"\n"
    return AuditFile(f"audit-stones-{moscow_date(now)}.{form}", KINDS[form].media_type, content)


def _csv(rows: Sequence[TombstoneCard]) -> bytes:
    page = StringIO()
    writer = csv.writer(page)
    writer.writerow(TombstoneCard.__struct_fields__)
    writer.writerows([inert(str(cell)) for cell in msgspec.structs.astuple(row)] for row in rows)
    return page.getvalue().encode()
