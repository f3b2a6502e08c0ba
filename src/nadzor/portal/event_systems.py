# SPDX-License-Identifier: Apache-2.0
"""The systems that a clinic may report on, by installation: their names, devices, versions at work."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.clinic_systems import System, clinic_systems
from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.portal.frame import house
from nadzor.portal.words import language


class Running(Struct, frozen=True):
    """One system of the clinic: its installation, its device, the version at work, its name for people."""

    installation: str
    device: str
    version: str
    name: str


def systems_of(who: Person) -> Mapping[str, Running]:
    """The systems that work at the asker's own site, by installation."""
    found = clinic_systems(house(), by=who, today=clock.today()).systems
    return {one.installation: _running(one) for one in found}


def _running(one: System) -> Running:
    version = one.running.version if one.running else ""
    name = one.device.name(language())
    told = (
        _("%(name)s, version %(version)s at work") % {"name": name, "version": version} if version else name
    )
    return Running(one.installation, one.device.code, version, f"{told} · {one.installation}")
