# SPDX-License-Identifier: Apache-2.0
"""The stage of a year: the nation's register entered as of each day, its sites, its figures as then known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, Final

from msgspec.structs import replace

from nadzor.actions.furnish_filings import furnish_bodies
from nadzor.actions.import_register import enter_register
from nadzor.base.home import Home
from nadzor.detect.suite import reads
from nadzor.measures.columns import Columns
from nadzor.people.models import Organisation, User
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import vault
from nadzor.register import queries as register
from nadzor.register.models import Device, Installation
from nadzor.register.parse_rows import parse
from nadzor.register.rows import DeviceRow, RegisterFile
from nadzor.simulate.population import columns, installation_name, site_name
from nadzor.simulate.register_file import register_file
from nadzor.simulate.world import Post, World
from nadzor.telemetry.placed import place_columns
from nadzor.workdays.calendar import ONE_DAY

STAFF: Final = (Role.INSPECTOR, Role.REGISTRAR, Role.HEAD)
NIK: Final = "nik"
MORNING, NOON, EVENING = (time(hour, 0, tzinfo=UTC) for hour in (2, 9, 15))
"""Moments of a day in Moscow: five o'clock, noon, six in the evening."""


class Stage:
    """Where a year is played: the world, its people, and what is known on each day."""

    def __init__(self, home: Home, world: World) -> None:
        self.home, self.world = home, world
        self._rows = parse(register_file(world))[0]
        self._entered: set[tuple[str, str]] = set()
        self._oids = {row.code: row.oid for row in self._rows.organisations if row.oid}
        self._columns = self._pseudonymous(columns(world, wanted=_wanted()))

    def raise_curtain(self, on: date) -> None:
        """Enter the register as it stood on a day, the institutions, the staff, the installations."""
        furnish_bodies()
        for role in STAFF:
            User.objects.create(username=role.value, role=role.value)
        self.enter(on)
        for organisation in Organisation.objects.filter(kind="clinic"):
            User.objects.create(username=organisation.code, role=Role.CLINIC.value, organisation=organisation)
        for post in self.world.posts:
            Installation.objects.create(
                id=installation_name(self.world, post), device=Device.objects.get(code=post.device.code),
                site=self.site(post), created=at(on, MORNING),
            )  # fmt: skip

    def enter(self, on: date) -> bool:
        """Enter whatever was released by a day and is not in the register yet; whether anything was."""
        devices = [_as_of(row, on) for row in self._rows.devices]
        fresh = {(row.code, each.version) for row in devices for each in row.versions} - self._entered
        if fresh:
            self._entered |= fresh
            rows = RegisterFile(organisations=self._rows.organisations, devices=tuple(devices))
            enter_register(rows, by=CONSOLE, now=at(on, MORNING))
        return bool(fresh)

    def know(self, before: date) -> None:
        """Let the figures be those that were known before a day."""
        place_columns(self.home.rollups, self._columns, known_before=before, bins=register.bins())

    def site(self, post: Post) -> str:
        """The pseudonym of a post's clinic."""
        return vault.pseudonym(self._oids[site_name(post.clinic)], home=self.home)

    def clinic(self, post: Post) -> Person:
        """The account of a post's clinic."""
        code = site_name(post.clinic)
        return Person(f"clinic {code}", code, Role.CLINIC, organisation=code)

    def clinics(self) -> dict[str, Person]:
        """Every clinic's account by its site."""
        return {self.site(post): self.clinic(post) for post in self.world.posts}

    def maker(self, device: str) -> Person:
        """The administrator of a device's maker."""
        code = register.device(device).maker.code
        return maker(code)

    def _pseudonymous(self, told: Columns) -> Columns:
        """The columns with the vault's pseudonyms in place of the nation's names of sites."""
        names: dict[Any, list[str]] = dict(told.names)
        names["site"] = [self._named(name) for name in told.names["site"]]
        return Columns(names, told.blocks)

    def _named(self, name: str) -> str:
        return vault.pseudonym(self._oids[name], home=self.home) if name in self._oids else name


def maker(code: str) -> Person:
    """The administrator of a maker."""
    return Person(f"{code}-admin", code, Role.MANUFACTURER_ADMIN, organisation=code)


def staff(role: str) -> Person:
    """Somebody of the regulator, or of the expert institution."""
    return Person(role, role, Role(role), organisation=NIK if role == "expert" else None)


def at(day: date, moment: time) -> datetime:
    """A moment of a day."""
    return datetime.combine(day, moment)


def days(first: date, after: date) -> Iterable[date]:
    """Every day of a span."""
    return (first + place * ONE_DAY for place in range((after - first).days))


def _wanted() -> set[tuple[str, str]]:
    """What detectors, warnings and yearly reports read."""
    return set(reads()) | {(measure, "all") for measure in ("studies", "processed", "failed", "declined")}


def _as_of(row: DeviceRow, on: date) -> DeviceRow:
    """A device as it stood on a day: versions of later days are not out yet."""
    known = tuple(each for each in row.versions if each.released_on <= on)
    return replace(row, versions=known or row.versions[:1])
