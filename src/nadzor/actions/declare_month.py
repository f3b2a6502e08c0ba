# SPDX-License-Identifier: Apache-2.0
"""Take a month as its maker declares it in sums: checked row by row, kept for good, never added to events."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from msgspec import Struct

from nadzor.actions.build_month import device_facts, month_of
from nadzor.actions.issue_token import clinic_of
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, title
from nadzor.law.norm import NormMissing
from nadzor.people.permissions import must_declare_month
from nadzor.people.queries import Person
from nadzor.records import audit, vault
from nadzor.register import declared as shelf
from nadzor.register import queries as register
from nadzor.register.declared import DeclaredCard
from nadzor.register.models import DeclaredReport, Device
from nadzor.statutory.declared import DeclaredColumn, declared_columns, parse_declared
from nadzor.statutory.declared_compare import Beside, compare
from nadzor.statutory.declared_files import read_rows
from nadzor.statutory.declared_said import Unreadable, Wrong
from nadzor.statutory.declared_template import render_template


class DeclaredFile(Struct, frozen=True):
    """A file as it came, what it is said to declare, and its format: json, csv or xlsx."""

    device: str
    month: Month
    form: str
    body: bytes


class DeclaredBeside(Struct, frozen=True):
    """The declared month that stands, the older ones, and the comparison, where there is one to make."""

    uploads: tuple[DeclaredCard, ...]
    beside: tuple[Beside, ...] | None


def declare_month(home: Home, file: DeclaredFile, *, by: Person | None, now: datetime) -> DeclaredCard:
    """Keep a declared month; a corrected file replaces the one before, the same file is the same record.

    Law: Order 4472.
    Why: a clinic is named by its OID in the file and by its pseudonym from here on; the OID is in the vault.
    Raises: Refusal register.device-unknown, people.not-yours, declared.month-open, declared.format,
    declared.file, declared.file-size, declared.rows with every wrong cell.
    """
    card = register.device(file.device)
    must_declare_month(by, maker=card.maker.code)
    if moscow_date(now) < file.month.after:
        raise Refusal("declared.month-open", month=str(file.month))
    return _keep(home, file, _parsed(file), by=by, now=now)


def declared_template(device: str, month: Month, form: str, *, language: str = "ru") -> bytes:
    """The empty form for a device and month.

    Law: Order 4472.
    Raises: Refusal register.device-unknown, declared.format.
    """
    columns = columns_of(device, month)
    try:
        return render_template(form, columns, device=device, month=month, language=language)
    except KeyError as error:
        raise Refusal("declared.format") from error


def columns_of(device: str, month: Month) -> list[DeclaredColumn]:
    """The columns of a device's declared month, its findings by name."""
    return declared_columns(device_facts(register.device(device), month).findings)


def declared_beside(home: Home, device: str, month: Month) -> DeclaredBeside:
    """What was declared for a month, and the same columns from events."""
    uploads = tuple(shelf.declared(device, str(month)))
    if not uploads:
        return DeclaredBeside((), None)
    try:
        report = month_of(home, month, device)
    except (NormMissing, Refusal):  # no edition, or nothing was ever rolled up
        return DeclaredBeside(uploads, None)
    return DeclaredBeside(uploads, tuple(compare(uploads[0].rows, report)))


def _parsed(file: DeclaredFile) -> tuple[dict[str, Any], ...]:
    findings = device_facts(register.device(file.device), file.month).findings
    try:
        rows = read_rows(file.body, file.form)
    except Unreadable as error:
        raise Refusal(error.code) from error
    found = parse_declared(rows, device=file.device, month=file.month, findings=findings)
    if isinstance(found, list):
        raise Refusal("declared.rows", count=len(found), problems=[_told(wrong) for wrong in found])
    return found.rows


def _told(wrong: Wrong) -> dict[str, Any]:
    """One fault in words: where, and what; never the value."""
    said = Refusal(wrong.code, **wrong.facts)
    at = f"{wrong.line}:{wrong.column}" if wrong.column else str(wrong.line)
    where = {"at": at, "line": wrong.line, "column": wrong.column, "code": wrong.code}
    return where | {language: title(said, language) for language in ("ru", "en")}


@transaction.atomic
def _keep(
    home: Home, file: DeclaredFile, rows: tuple[dict[str, Any], ...], *, by: Person | None, now: datetime
) -> DeclaredCard:
    digest = sha256(file.body).hexdigest()
    before = shelf.declared(file.device, str(file.month))
    if known := next((card for card in before if card.digest == digest), None):
        return known
    doer = by.username if by else ""
    made = DeclaredReport.objects.create(
        device=Device.objects.get(code=file.device),
        month=str(file.month),
        format=file.form,
        digest=digest,
        rows=[_sealed(home, row, now) for row in rows],
        by=doer,
        at=now,
    )
    told = {"digest": digest, "rows": len(rows), "replaces": before[0].digest if before else ""}
    subject = f"{file.device} {file.month}"
    audit.record("statutory.month.declare", subject, by=doer, because="order-4472", now=now, **told)
    return shelf.card_of(made, file.device, stands=True)


def _sealed(home: Home, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The row without device and month, which stand beside it, and with a pseudonym for the clinic."""
    kept = {key: value for key, value in row.items() if key not in ("device", "month", "organisation")}
    return kept | {"site": vault.seal(clinic_of(row["organisation"]), home=home, now=now)}
