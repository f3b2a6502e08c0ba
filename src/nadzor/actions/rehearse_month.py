# SPDX-License-Identifier: Apache-2.0
"""The monthly data set that a test stream would make, computed by the code that makes the real ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from nadzor.actions.build_month import device_facts
from nadzor.base.interval import Month
from nadzor.journal.bodies import Shredded
from nadzor.journal.record import BatchRecord
from nadzor.law.form import FormEdition
from nadzor.procedures.rules.sandbox_stream import Rehearsal
from nadzor.register.cards import DeviceCard
from nadzor.statutory.body import OF_LINE, body
from nadzor.statutory.month import MonthReport, month_report
from nadzor.telemetry.rollup_plain import roll_up_plain
from nadzor_wire.batch import Malformed, decode_line, encode_event, split_lines
from nadzor_wire.event import Recorded


def rehearse_month(batches: Sequence[BatchRecord], card: DeviceCard, form: FormEdition) -> Rehearsal:
    """The data sets of every month in the stream, by the code that makes the real ones.

    Law: Order 4472, the edition in force on the day of the test.
    """
    rows = roll_up_plain([_Counted(batch) for batch in batches if not _shredded(batch)], bins={})
    known_by = max((row.known for row in rows), default=date.min)
    months = sorted({Month.of(row.day) for row in rows if row.measure in ("studies", "faults")})
    reports = [
        month_report(rows, device_facts(card, month), month, edition=form, known_by=known_by)
        for month in months
    ]
    errors: Counter[str] = Counter()
    for report in reports:
        errors.update(report.total.errors)
    given = [_given(report) for report in reports]
    return Rehearsal(
        attempts=sum(report.total.attempts for report in reports),
        errors=dict(errors),
        given=frozenset.intersection(*given) if given else frozenset(),
    )


class _Counted(Struct, frozen=True):
    """A test batch as it would be counted if it were real: all of it clinical."""

    record: BatchRecord

    def __getattr__(self, name: str) -> Any:
        return getattr(self.record, name)

    def body(self) -> bytes:
        """Its lines, each marked as clinical; what was rejected stays as it came."""
        lines = [_clinical(line) for line in split_lines(self.record.body())]
        return b"\n".join(lines) + b"\n"


def _clinical(line: bytes) -> bytes:
    event = decode_line(line)
    if isinstance(event, Malformed):
        return line
    assert isinstance(event, Recorded)
    return encode_event(msgspec.structs.replace(event, purpose="clinical"))


def _shredded(batch: BatchRecord) -> bool:
    try:
        batch.coded()
    except Shredded:
        return True
    return False


def _given(report: MonthReport) -> frozenset[str]:
    """The fields of the edition that have a value in a report."""
    told = body(report)
    lines = told["lines"]
    found = {key for key, value in told["facts"].items() if value not in ("", None, {"ru": "", "en": ""})}
    if lines:
        found |= {key for key in OF_LINE if all(_says(key, line) for line in lines)}
    if not any(line.get("results", {}).get("findings") for line in lines):
        found.discard("results")
    return frozenset(found & report.edition.fields.keys())


def _says(key: str, line: dict[str, Any]) -> bool:
    return key in line and line[key] not in ("", None, {"site": ""})
