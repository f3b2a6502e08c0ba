# SPDX-License-Identifier: Apache-2.0
"""Bytes of a register file to rows; every malformed row is named, not only the first."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec

from nadzor.base.problems import Refusal
from nadzor.register.rows import Defect, DeviceRow, OrganisationRow, RegisterFile

_SECTIONS: Final = {"organisations": OrganisationRow, "devices": DeviceRow}
_KNOWN: Final = {"v", "about", *_SECTIONS}
_PLACE: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<at>[^`]*)`)?$", re.DOTALL)
Kind = TypeVar("Kind")


def parse(content: bytes) -> tuple[RegisterFile, list[Defect]]:
    """The well-formed rows of a file, and a defect for each that is not.

    Raises: Refusal register.file when the whole is not a register file.
    """
    sections = _open(content)
    defects: list[Defect] = []
    organisations = _rows(sections, "organisations", OrganisationRow, defects)
    devices = _rows(sections, "devices", DeviceRow, defects)
    return RegisterFile(organisations=organisations, devices=devices), defects


def _open(content: bytes) -> dict[str, Any]:
    try:
        whole = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("register.file", detail="JSON") from error
    if not isinstance(whole, dict) or whole.get("v") != 1 or not set(whole) <= _KNOWN:
        raise Refusal("register.file", detail="{v: 1, organisations: [...], devices: [...]}")
    if not all(isinstance(whole.get(name, []), list) for name in _SECTIONS):
        raise Refusal("register.file", detail="organisations: [...], devices: [...]")
    return whole


def _rows(sections: dict[str, Any], name: str, kind: type[Kind], defects: list[Defect]) -> tuple[Kind, ...]:
    found: list[Kind] = []
    for number, raw in enumerate(sections.get(name, [])):
        place = f"$.{name}[{number}]"
        try:
            found.append(msgspec.convert(raw, kind))
        except msgspec.ValidationError as error:
            defects.append(_defect(place, str(error)))
    return tuple(found)


def _defect(place: str, message: str) -> Defect:
    match = _PLACE.match(message)
    what, within = (match["what"], match["at"] or "") if match else (message, "")
    return Defect(place + within, "register.row-malformed", {"detail": what})
