# SPDX-License-Identifier: Apache-2.0
"""Events as XML in the shape of the European incident report: a mapping of sections, not conformance.

The official schema is not public: names of elements are ours, and a number stands only where it is known
which section of the form holds the same (problems 3.2, effects 3.3, causes 4.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from nadzor.vigilance.event_cards import CodeOf
from nadzor.vigilance.export_rows import ExportRow

CLAIM: Final = "a mapping of sections of the MIR form 7.3.1, not conformance with its schema"
HELD: Final = "held"
_CLASSES: Final = {"threat": "serious_public_health_threat", "death": "death_or_unanticipated_deterioration"}
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_mir(rows: Iterable[ExportRow], lang: str) -> Iterator[bytes]:
    """One document, an element an event; without a document type and without entities of its own."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<incidents claim="{CLAIM}" version="1">\n'.encode()
    for row in rows:
        yield tostring(incident(row, lang), encoding="unicode").encode() + b"\n"
    yield b"</incidents>\n"


def incident(row: ExportRow, lang: str) -> Element:
    """One event: administration, device, what happened, what was found."""
    top = Element("incident", {"number": row.number})
    _fill(_section(top, "1", "administration"), {
        "eventDate": row.event_on, "awarenessDate": row.aware_on,
        "receiptDate": row.received_on, "eventType": row.event_type,
        "classification": _CLASSES.get(row.seriousness, "other"), "state": row.state,
        "duplicateOf": row.leading, "reporterRole": row.reporter_role,
    })  # fmt: skip
    _fill(_section(top, "2", "device"), {
        "code": row.device, "registrationNumber": row.registration_number,
        "name": row.device_name.in_language(lang) or row.device_told,
        "softwareVersion": row.version, "installation": row.installation,
    })  # fmt: skip
    happened = _section(top, "3", "incident")
    _fill(happened, {"narrative": _narrative(row)})
    _codes(happened, "problem", "3.2", row.problems)
    _codes(happened, "effect", "3.3", row.effects)
    _codes(_section(top, "4", "analysis"), "cause", "4.2", row.causes)
    return top


def _narrative(row: ExportRow) -> str:
    return row.narrative or (HELD if row.narrative_held else "")


def _section(top: Element, number: str, name: str) -> Element:
    return SubElement(top, name, {"section": number})


def _fill(section: Element, told: dict[str, object]) -> None:
    for name, value in told.items():
        if value:
            SubElement(section, name).text = _ILLEGAL.sub(" ", str(value))


def _codes(section: Element, name: str, number: str, codes: Sequence[CodeOf]) -> None:
    for each in codes:
        place = {"section": number, "code": each.code, "edition": each.edition or "unknown"}
        SubElement(section, name, place)
