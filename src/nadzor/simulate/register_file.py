# SPDX-License-Identifier: Apache-2.0
"""A nation's register: its makers, clinics and devices in the format that `nadzor register import` reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import msgspec

from nadzor.base.identifiers import inn_ok, ogrn_ok
from nadzor.measures.bins import Bins
from nadzor.simulate.population import site_name
from nadzor.simulate.scales import scales
from nadzor.simulate.world import DeviceSpec, World

THRESHOLD: Final = 5000
USE: Final = {
    "ru": "Вымышленное изделие имитации; решение принимает врач.",
    "en": "A device invented for a simulation; the decision is the physician’s.",
}
LABEL: Final = {"ru": "Находка", "en": "Finding"}


def register_file(world: World) -> bytes:
    """The whole register of a nation as JSON; every number comes from a range that is not assigned."""
    clinics = sorted({post.clinic for post in world.posts})
    makers = sorted({device.maker for device in world.devices})
    edges = scales(world)
    page = {
        "v": 1,
        "organisations": [
            *(_maker(number, maker) for number, maker in enumerate(makers)),
            *(_clinic(len(makers) + number, clinic) for number, clinic in enumerate(clinics)),
        ],
        "devices": [_device(number, device, edges) for number, device in enumerate(world.devices)],
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1)


def _maker(number: int, code: str) -> dict[str, Any]:
    name = {"ru": f"Вымышленный производитель {number}", "en": f"Imaginary maker {number}"}
    return {"code": code, "name": name, "kind": "manufacturer", **_numbers(number)}


def _clinic(number: int, clinic: int) -> dict[str, Any]:
    name = {"ru": f"Условная больница № {clinic}", "en": f"Imaginary hospital No. {clinic}"}
    oid = f"1.2.643.5.1.13.13.12.2.77.{800_000 + clinic}"
    return {"code": site_name(clinic), "name": name, "kind": "clinic", "oid": oid, **_numbers(number)}


def _numbers(number: int) -> dict[str, str]:
    """A taxpayer's and a registration number with check digits that hold."""
    return {
        "inn": _checked(f"0002{number:05d}", inn_ok),
        "ogrn": _checked(f"1{number % 90:02d}00{number:07d}", ogrn_ok),
    }


def _checked(stem: str, holds: Callable[[str], bool]) -> str:
    return next(stem + digit for digit in "0123456789" if holds(stem + digit))


def _device(number: int, device: DeviceSpec, edges: Bins) -> dict[str, Any]:
    first = min(version.released_on for version in device.versions)
    return {
        "code": device.code,
        "name": {"ru": f"Изделие имитации {number}", "en": f"Simulated device {number}"},
        "maker": device.maker, "number": f"РЗН {first.year}/{80_000 + number}",
        "registered_on": first + timedelta(days=1), "risk_class": "3", "ai": True, "transmits": True,
        "intended_use": USE, "field": "radiology", "solution_type": "diagnostics",
        "modality": device.modality, "status": "registered",
        "versions": [
            {"version": one.version, "released_on": one.released_on, "registered_on": one.released_on,
             "builds": [one.build]}
            for one in device.versions
        ],
        "claims": [
            {"finding": one.finding, "label": LABEL, "metric": one.metric, "value": one.value,
             "lower_bound": one.lower_bound, "threshold": THRESHOLD}
            for one in device.claims
        ],
        "scales": [
            {"finding": one.code, "edges": list(edges[device.code, one.code])} for one in device.findings
        ],
    }  # fmt: skip
