# SPDX-License-Identifier: Apache-2.0
"""The report as a JSON body holding exactly the edition's fields, and the hash of that body."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec

from nadzor.base.problems import Text
from nadzor.statutory.month import DeviceFacts, Line, MonthReport
from nadzor_wire.canonical import canonical

FORMAT = 1
LAYOUT = "nadzor month; not the regulator's official format"
OWN_ERRORS = ("network", "processing")
"""Error kinds that have a field of their own in the order; the others are its open list."""

Fields = dict[str, Any]


def body(report: MonthReport) -> Fields:
    """The report as JSON values: integers, strings, lists and objects only, so that it has canonical bytes.

    Law: Order 4472: the fields are those of the report's edition and no others.
    """
    edition, device = report.edition, report.device
    return {
        "v": FORMAT,
        "layout": LAYOUT,
        "form": edition.form,
        "edition": edition.edition,
        "edition_status": edition.status,
        "device": device.code,
        "month": str(report.month),
        "known_by": report.known_by.isoformat(),
        "facts": {key: told for key in edition.fields if (told := fact(report, key)) is not None},
        "lines": [_line(line, edition.fields) for line in report.lines],
    }


def digest(report: MonthReport) -> str:
    """SHA-256 of the body's canonical bytes (RFC 8785): equal for everybody who counts the same."""
    return sha256(canonical(body(report))).hexdigest()


def fact(report: MonthReport, key: str) -> object | None:
    """The value of a field that is the same on every line; None for a field of the lines."""
    if key == "period":
        return {"from": report.month.first.isoformat(), "to": report.month.days.last.isoformat()}
    told = FACTS.get(key)
    return told(report.device) if told else None


FACTS: dict[str, Callable[[DeviceFacts], object]] = {
    "device_name": lambda device: _text(device.name),
    "registration_number": lambda device: device.number,
    "registered_on": lambda device: device.registered_on.isoformat(),
    "field_of_application": lambda device: _text(device.field),
    "solution_type": lambda device: _text(device.solution_type),
}

OF_LINE: dict[str, Callable[[Line], Fields]] = {
    "version": lambda line: {"version": line.version, "version_registered": line.registered},
    "studies": lambda line: {"studies": line.studies, "attempts": line.attempts, "declined": line.declined},
    "results": lambda line: {"results": {"findings": _findings(line), "reviews": line.reviews}},
    "errors_network": lambda line: {"errors_network": line.errors["network"]},
    "errors_processing": lambda line: {"errors_processing": line.errors["processing"]},
    "errors_other": lambda line: {"errors_other": other_errors(line)},
    "organisation": lambda line: {"organisation": {"site": line.site}},
}


def other_errors(line: Line) -> dict[str, int]:
    """The error kinds of the order's open list."""
    return {kind: n for kind, n in line.errors.items() if kind not in OWN_ERRORS}


def _line(line: Line, fields: Fields) -> Fields:
    told: Fields = {}
    for key in fields:
        if key in OF_LINE:
            told |= OF_LINE[key](line)
    return told


def _findings(line: Line) -> Fields:
    return {finding: msgspec.structs.asdict(results) for finding, results in line.findings.items()}


def _text(text: Text) -> dict[str, str]:
    return {"ru": text.ru, "en": text.en}
