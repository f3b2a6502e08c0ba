# SPDX-License-Identifier: Apache-2.0
"""Show a clinic what works at its own site: which version, how much, since when, and what to beware of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.base.quarter import Quarter
from nadzor.people.permissions import must_speak_for_clinic
from nadzor.people.queries import Person, organisation
from nadzor.records import vault
from nadzor.register import clinic_words
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard, InstallationCard
from nadzor.register.clinic_words import MissingCard, VolumeCard
from nadzor.telemetry.store import Rollups

QUIET: Final = timedelta(weeks=1)  # house rule: a holiday week is shorter than the warning
WARNINGS: Final = ("cancelled", "suspended", "unregistered", "silent", "nothing")
_ONE: Final = timedelta(days=1)
Seen = Mapping[str, Sequence[tuple[str, date, int]]]


class Running(Struct, frozen=True):
    """The version at work by the latest studies, since when it was seen there, and whether it may work."""

    version: str
    since: date
    is_registered: bool


class System(Struct, frozen=True, kw_only=True):
    """One installation in a clinic.  Units: studies; `warnings` are some of `WARNINGS`."""

    installation: str
    device: DeviceCard
    enrolled: date
    running: Running | None
    month: int
    ninety: int
    quarter: int
    heard: date | None
    warnings: tuple[str, ...]
    stated: VolumeCard | None


class ClinicSystems(Struct, frozen=True):
    """A clinic's page: its installations, the quarter that it may confirm, its claims and their answers."""

    systems: tuple[System, ...]
    quarter: Quarter
    known: date | None
    missing: tuple[MissingCard, ...]


def clinic_systems(home: Home, *, by: Person | None, today: date) -> ClinicSystems:
    """Everything that is shown of the asker's own site, and nothing of another.

    Why: the pseudonym is made here and stays here; a page that held it could join a clinic to its figures.
    Raises: Refusal people.clinic-only, clinic.no-oid.
    """
    site = site_of(home, by)
    quarter = Quarter.over(today)
    installed = [card for card in register.installations() if card.site == site]
    rollups = _rollups(home)
    known = rollups.manifest.known_until if rollups else None
    return ClinicSystems(
        tuple(_systems(installed, rollups, quarter, min(known, today - _ONE) if known else today - _ONE)),
        quarter,
        known,
        tuple(clinic_words.missing(site=site)),
    )


def site_of(home: Home, by: Person | None) -> str:
    """The site of the clinic that a person speaks for.

    Raises: Refusal people.clinic-only, clinic.no-oid.
    """
    must_speak_for_clinic(by)
    assert by is not None
    found = organisation(by.organisation or "")
    if found is None or not found.oid:
        raise Refusal("clinic.no-oid")
    return vault.pseudonym(found.oid, home=home)


def studies_of(home: Home, installation: str, quarter: Quarter) -> int:
    """How many studies of a quarter are shown for an installation."""
    rollups = _rollups(home)
    if rollups is None:
        return 0
    return rollups.total("studies", installation=installation, since=quarter.first, until=quarter.after)


def _systems(
    installed: Sequence[InstallationCard], rollups: Rollups | None, quarter: Quarter, last: date
) -> list[System]:
    devices = {code: register.device(code) for code in {card.device for card in installed}}
    registered = {code: _registered(code) for code in devices}
    names = [card.id for card in installed]
    seen, heard = _seen(rollups, names), _heard(rollups, names)
    said = {card.installation: card for card in clinic_words.volumes(quarter=str(quarter))}
    found = []
    for card in installed:
        device, studies = devices[card.device], seen.get(card.id, ())
        running = _running(studies, registered[card.device])
        system = System(
            installation=card.id,
            device=device,
            enrolled=card.created.date(),
            running=running,
            month=_sum(studies, last - 29 * _ONE, last),
            ninety=_sum(studies, last - 89 * _ONE, last),
            quarter=_sum(studies, quarter.first, quarter.after - _ONE),
            heard=heard.get(card.id),
            warnings=_warnings(device, running, heard.get(card.id), last),
            stated=said.get(card.id),
        )
        found.append(system)
    return sorted(found, key=lambda system: (not system.warnings, system.device.code, system.installation))


def _registered(device: str) -> frozenset[str]:
    return frozenset(each.version for each in register.versions(device) if each.registered_on)


def _seen(rollups: Rollups | None, names: Sequence[str]) -> Seen:
    """Version, day and number of studies, by installation, in the order of days."""
    found: dict[str, list[tuple[str, date, int]]] = defaultdict(list)
    if rollups is not None and names:
        for day, name, version, n in rollups.daily(
            "studies", by=("installation", "version"), installation=names
        ):
            found[name].append((version, day, n))
    return found


def _heard(rollups: Rollups | None, names: Sequence[str]) -> dict[str, date]:
    """The last day on which anything of an installation was received."""
    if rollups is None or not names:
        return {}
    return {
        name: day for day, name, _n in rollups.daily("accepted", by=("installation",), installation=names)
    }


def _running(studies: Sequence[tuple[str, date, int]], registered: frozenset[str]) -> Running | None:
    if not studies:
        return None
    last = max(day for _version, day, _n in studies)
    version = max((n, version) for version, day, n in studies if day == last)[1]
    since = min(day for each, day, _n in studies if each == version)
    return Running(version, since, version in registered)


def _sum(studies: Sequence[tuple[str, date, int]], first: date, last: date) -> int:
    return sum(n for _version, day, n in studies if first <= day <= last)


def _warnings(device: DeviceCard, running: Running | None, heard: date | None, last: date) -> tuple[str, ...]:
    holds = {
        "cancelled": device.status == "cancelled",
        "suspended": device.status == "suspended",
        "unregistered": running is not None and not running.is_registered,
        "silent": heard is not None and heard < last - QUIET,
        "nothing": heard is None,
    }
    return tuple(name for name in WARNINGS if holds[name])


def _rollups(home: Home) -> Rollups | None:
    try:
        return Rollups.open(home)
    except Refusal:
        return None
