# SPDX-License-Identifier: Apache-2.0
"""Devices of the nation from a register file: true performance meets what was declared, if only just."""

from __future__ import annotations

from datetime import date
from math import sqrt
from typing import Literal

import msgspec
from msgspec import Struct
from scipy.special import ndtr, ndtri

from nadzor.simulate.world import DeviceSpec, FindingSpec, VersionSpec, chance

VOLUMES = {"DX": 30.0, "CT": 20.0, "MG": 20.0, "TXT": 40.0, "ECG": 30.0}
VOLUME = 12.0
"""Studies a day in the median clinic, by modality and otherwise."""


class DeclaredVersion(Struct, frozen=True):
    """A version of the register and the digests of its builds."""

    version: str
    released_on: date
    builds: list[str]


class DeclaredClaim(Struct, frozen=True):
    """A claim of the register."""

    finding: str
    metric: Literal["sensitivity", "specificity", "auc"]
    value: float
    lower_bound: float
    threshold: int | None = None


class DeclaredDevice(Struct, frozen=True):
    """What a register file says of a device, as far as a nation needs it."""

    code: str
    modality: str
    versions: list[DeclaredVersion]
    claims: list[DeclaredClaim]
    transmits: bool = True


class RegisterFile(Struct, frozen=True):
    """A register file; what else it holds is not read here."""

    devices: list[DeclaredDevice]


def devices_of(raw: bytes, *, volume_scale: float = 1.0) -> tuple[DeviceSpec, ...]:
    """The transmitting devices of a register file in JSON."""
    page = msgspec.json.decode(raw, type=RegisterFile)
    return tuple(device_of(device, volume_scale=volume_scale) for device in page.devices if device.transmits)


def device_of(declared: DeclaredDevice, *, volume_scale: float = 1.0) -> DeviceSpec:
    """One device at work: its volume by modality, its findings as good as declared."""
    codes = dict.fromkeys(claim.finding for claim in declared.claims)
    return DeviceSpec(
        code=declared.code,
        modality=declared.modality,
        findings=tuple(_finding(declared, code) for code in codes),
        versions=tuple(
            VersionSpec(v.version, v.released_on, v.builds[0]) for v in declared.versions if v.builds
        ),
        volume=VOLUMES.get(declared.modality, VOLUME) * volume_scale,
    )


def _finding(declared: DeclaredDevice, code: str) -> FindingSpec:
    """Declared shares, the sensitivity raised where the declared AUC asks for more than they give.

    Method: two normal latents at distance d have AUC Phi(d / sqrt 2), so d is at least sqrt 2 times the
    quantile of the declared one.
    """
    value = {claim.metric: claim.value for claim in declared.claims if claim.finding == code}
    cuts = [c.threshold for c in declared.claims if c.finding == code and c.threshold is not None]
    sensitivity, specificity = value.get("sensitivity", 0.90), value.get("specificity", 0.90)
    distance = float(ndtri(specificity) + ndtri(sensitivity))
    wanted = sqrt(2.0) * float(ndtri(value.get("auc", 0.5)))
    if wanted > distance:
        sensitivity = float(ndtr(wanted - ndtri(specificity)))
    return FindingSpec(
        code=code, threshold=cuts[0] if cuts else 5000, sensitivity=sensitivity, specificity=specificity,
        prevalence=float(chance(declared.code, code, "prevalence").uniform(0.05, 0.25)),
    )  # fmt: skip
