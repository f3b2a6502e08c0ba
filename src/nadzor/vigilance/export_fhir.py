# SPDX-License-Identifier: Apache-2.0
"""Events as FHIR R5 AdverseEvent: a Bundle of type collection, or a resource a line.

Why a subject without a name: R5 asks for one, and this house never holds who the patient is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from nadzor.vigilance.code_cards import own_list
from nadzor.vigilance.event_cards import CodeOf
from nadzor.vigilance.export_rows import ExportRow

NUMBERS: Final = "urn:nadzor:adverse-event"
DEVICES: Final = "urn:nadzor:device"
REGISTER: Final = "urn:nadzor:registration-number"
TERMS: Final = "urn:nadzor:imdrf"
ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
SERIOUS: Final = "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"
OUTCOMES: Final = "http://terminology.hl7.org/CodeSystem/adverse-event-outcome"
_GRAVE: Final = ("death", "serious_injury", "public_health_threat")
_OVER: Final = ("closed", "duplicate", "reported")
Resource = dict[str, Any]


def as_bundle(rows: Iterable[ExportRow], lang: str, *, now: datetime) -> Iterator[bytes]:
    """One Bundle, part by part."""
    about = {"resourceType": "Bundle", "type": "collection", "timestamp": now}
    yield msgspec.json.encode(about)[:-1] + b',"entry":['
    sign = b"\n"
    for row in rows:
        entry = {"fullUrl": f"{NUMBERS}:{row.number}", "resource": adverse_event(row, lang)}
        yield sign + msgspec.json.encode(entry)
        sign = b",\n"
    yield b"\n]}\n"


def as_lines(rows: Iterable[ExportRow], lang: str) -> Iterator[bytes]:
    """A resource a line (NDJSON), as bulk readers take it."""
    for row in rows:
        yield msgspec.json.encode(adverse_event(row, lang)) + b"\n"


def adverse_event(row: ExportRow, lang: str) -> Resource:
    """One event as a resource; what is not known is left out."""
    told: Mapping[str, Any] = {
        "contained": [_device(row, lang)] if row.device else None,
        "identifier": [{"system": NUMBERS, "value": row.number}],
        "status": "completed" if row.state in _OVER else "in-progress",
        "actuality": "actual",
        "code": _concept(row.problems, lang),
        "subject": {"extension": [{"url": ABSENT, "valueCode": "masked"}]},
        "occurrenceDateTime": row.event_on,
        "detected": row.aware_on,
        "recordedDate": row.received_on,
        "resultingEffect": [_effect(each, lang) for each in row.effects] or None,
        "seriousness": _coding(SERIOUS, "serious") if row.event_type in _GRAVE else None,
        "outcome": [_coding(OUTCOMES, "fatal")] if row.event_type == "death" else None,
        "suspectEntity": [_suspect(row)],
        "note": [{"text": row.narrative}] if row.narrative else None,
    }
    return {
        "resourceType": "AdverseEvent", "id": row.number,
        **{name: value for name, value in told.items() if value is not None},
    }  # fmt: skip


def _device(row: ExportRow, lang: str) -> Resource:
    numbers = [
        {"system": DEVICES, "value": row.device},
        {"system": REGISTER, "value": row.registration_number},
    ]
    found: Resource = {
        "resourceType": "Device", "id": "device",
        "identifier": [each for each in numbers if each["value"]],
    }  # fmt: skip
    if name := row.device_name.in_language(lang):
        found["displayName"] = name
    if row.version:
        found["version"] = [{"value": row.version}]
    return found


def _suspect(row: ExportRow) -> Resource:
    if row.device:
        return {"instanceReference": {"reference": "#device"}}
    return {"instanceCodeableConcept": {"text": row.device_told or "unknown"}}


def _effect(code: CodeOf, lang: str) -> Resource:
    found: Resource = {"identifier": {"system": _system(code), "value": code.code}}
    return {**found, "display": name} if (name := _name(code, lang)) else found


def _concept(codes: Sequence[CodeOf], lang: str) -> Resource | None:
    if not codes:
        return None
    return {
        "coding": [
            {"system": _system(each), "code": each.code}
            | ({"display": name} if (name := _name(each, lang)) else {})
            for each in codes
        ]
    }


def _system(code: CodeOf) -> str:
    """Terms of another edition are terms of another system: they are never mixed in silence."""
    return f"{TERMS}:{code.edition or 'unknown'}"


def _name(code: CodeOf, lang: str) -> str:
    found = own_list().codes.get(code.code)
    return found.term.in_language(lang) if found else ""


def _coding(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}
