# SPDX-License-Identifier: Apache-2.0
"""What is told of an adverse event, and whether it can be taken: dates, device, version, codes, core."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, get_args

from msgspec import Struct

from nadzor.actions.name_nobody import must_name_nobody
from nadzor.base.problems import Refusal
from nadzor.register import queries as register
from nadzor.vigilance.codes import coded
from nadzor.vigilance.narratives import NARRATIVE_MAX
from nadzor_wire.event import AdverseEventType

TYPES: Final[tuple[str, ...]] = get_args(AdverseEventType)
PROBLEMS: Final = "A"
EFFECTS: Final = "EF"
CAUSES: Final = "BCDG"
TEXT_MAX: Final = 300
_VERSION: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}([-+.](rc|a|b|dev|hotfix)\.?[0-9]{0,4})?")
_STUDY: Final = re.compile(r"[0-9a-f]{32}")


class Told(Struct, frozen=True, kw_only=True):
    """What somebody tells of an event; everything may be missing but some core, which is never lost.

    `printed` is the code of a printed label; it names installation, device and site.
    """

    device: str = ""
    device_told: str = ""
    version: str = ""
    installation: str = ""
    printed: str = ""
    event_on: date | None = None
    aware_on: date | None = None
    event_type: str = ""
    problems: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    narrative: str = ""
    study: str = ""


class Place(Struct, frozen=True):
    """What an event is about and where: codes of the register, a pseudonym; each may be empty."""

    device: str = ""
    installation: str = ""
    site: str = ""


def must_hold(told: Told, *, received: date, today: date) -> None:
    """Whether what is told can be taken at all, whoever tells it.

    Raises: Refusal vigilance.event-future, vigilance.dates-contradict, vigilance.type-unknown,
    vigilance.version-malformed, vigilance.study-malformed, vigilance.core-empty, vigilance.text-too-long,
    vigilance.told-personal, vigilance.text-hides.
    """
    must_fit_days(told.event_on, told.aware_on, received=received, today=today)
    must_be_well_formed(told)
    if not (told.event_type or told.problems or told.effects):
        raise Refusal("vigilance.core-empty", "$.event_type")


def must_fit_days(event_on: date | None, aware_on: date | None, *, received: date, today: date) -> None:
    """Raises: Refusal vigilance.event-future, vigilance.dates-contradict."""
    named = {"$.event_on": event_on, "$.aware_on": aware_on, "$.received_on": received}
    for at, day in named.items():
        if day is not None and day > today:
            raise Refusal("vigilance.event-future", at)
    if event_on and aware_on and aware_on < event_on:
        raise Refusal("vigilance.dates-contradict", "$.aware_on")
    if event_on and event_on > received:
        raise Refusal("vigilance.dates-contradict", "$.event_on")
    if aware_on and aware_on > received:
        raise Refusal("vigilance.dates-contradict", "$.aware_on")


def must_be_well_formed(told: Told) -> None:
    """Raises: Refusal vigilance.type-unknown, version-malformed, study-malformed, text-too-long,
    told-personal, text-hides.
    """
    if told.event_type and told.event_type not in TYPES:
        raise Refusal("vigilance.type-unknown", "$.event_type", may=", ".join(TYPES))
    if told.version and not _VERSION.fullmatch(told.version):
        raise Refusal("vigilance.version-malformed", "$.version")
    if told.study and not _STUDY.fullmatch(told.study):
        raise Refusal("vigilance.study-malformed", "$.study")
    if len(told.narrative) > NARRATIVE_MAX:
        raise Refusal("vigilance.text-too-long", "$.narrative", limit=NARRATIVE_MAX)
    if len(told.device_told) > TEXT_MAX:
        raise Refusal("vigilance.text-too-long", "$.device_told", limit=TEXT_MAX)
    must_name_nobody({"$.device_told": told.device_told})


def codes_of(told: Told) -> dict[str, list[dict[str, str]]]:
    """The codes told, by the column they belong to, each with its edition.

    Raises: Refusal vigilance.code-unknown, vigilance.code-not-selectable, vigilance.codes-too-many.
    """
    return {
        "problems": coded(told.problems, annex=PROBLEMS),
        "effects": coded(told.effects, annex=EFFECTS),
        "causes": coded(told.causes, annex=CAUSES),
    }


def codes_as_sent(codes: Iterable[str]) -> tuple[dict[str, list[dict[str, str]]], bool]:
    """Codes that a machine sent, by column, kept even if no edition has them; whether each was known.

    Why: an installation cannot be asked again, and the coded core is never lost.
    """
    found: dict[str, list[dict[str, str]]] = {"problems": [], "effects": [], "causes": []}
    known = True
    for code in dict.fromkeys(codes):
        try:
            kept = coded([code], annex=PROBLEMS + EFFECTS + CAUSES)[0]
        except Refusal:
            kept, known = {"code": code, "edition": ""}, False
        found[_column(code)].append(kept)
    return found, known


def known_device(code: str) -> str:
    """A device of the register by its code.

    Raises: Refusal vigilance.device-unknown.
    """
    try:
        return register.device(code).code
    except Refusal:
        raise Refusal("vigilance.device-unknown", "$.device") from None


def doubts_of(*, device: str, version: str, event_on: date | None) -> list[str]:
    """What may be wrong with a core that was taken all the same."""
    registered = {each.version for each in register.versions(device)} if device else set()
    odd = bool(version and device) and version not in registered
    found = {"version_unregistered": odd, "undated": event_on is None}
    return [name for name, holds in found.items() if holds]


def fields_of(told: Told, codes: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """The fields of a document as its form keeps them: no site, no installation, no study, no free text."""
    days = {name: getattr(told, name) for name in ("event_on", "aware_on")}
    words = {name: getattr(told, name) for name in ("device", "device_told", "version", "event_type")}
    dated = {name: day.isoformat() for name, day in days.items() if day}
    said = {name: kept for name, kept in {**words, **codes}.items() if kept}
    return {**dated, **said}


def _column(code: str) -> str:
    if code[:1] in EFFECTS:
        return "effects"
    return "problems" if code[:1] == PROBLEMS else "causes"
