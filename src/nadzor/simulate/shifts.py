# SPDX-License-Identifier: Apache-2.0
"""By how much the faults move scores, positives, agreement and sensitivity of a post."""

from __future__ import annotations

from math import pi

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.simulate.fault import Fault
from nadzor.simulate.levels import Levels, faults_of, runs
from nadzor.simulate.world import Floats, Post, World

REGRESSION = {"agreement": -0.5, "false": 0.25, "score": 0.2}
"""Logits, logits and standard deviations by which a version regression of size 1 moves a version."""
SEASON_SCORE = 0.5
"""Standard deviations of the score for a logit of prevalence."""
DECAY_DAYS = 180.0
KINDS = (
    "version_regression", "vendor_drift", "scanner_change", "calibration_decay", "season", "subgroup",
    "label_decay", "contradicted_claim",
)  # fmt: skip
SUBGROUP = {"agreement": -1.0, "true": -0.2, "score": -0.3, "missed": 0.15}
"""What a subgroup fault of one logit does to its stratum."""


class Shifts(Struct, frozen=True):
    """Arrays of shape (2, equipment, days): for everybody, and for those of a stratum that is worse off.

    `true` and `false` are logits of the positive share that follow the patients and that the device invents;
    `missed` is taken from the sensitivity of `finding` (all where it is empty).
    """

    score: Floats
    true: Floats
    false: Floats
    agreement: Floats
    missed: dict[str, Floats]
    stratum: str = ""

    @property
    def quiet(self) -> bool:
        """Whether nothing moves the scores."""
        return not self.score.any()


def shifts(world: World, post: Post, level: Levels) -> Shifts:
    """Everything that faults do to what a post's device concludes."""
    shape = (2, len(post.equipment), world.length)
    told = {name: np.zeros(shape) for name in ("score", "true", "false", "agreement")}
    missed: dict[str, Floats] = {}
    stratum = ""
    for fault in faults_of(world, post, *KINDS):
        where = _where(world, post, level, fault)
        match fault.kind:
            case "label_decay" | "contradicted_claim":
                lost = missed.setdefault(fault.finding, np.zeros(shape))
                np.maximum(lost, where * fault.size, out=lost)
            case "subgroup":
                stratum = fault.stratum
                where[0] = 0.0
                lost = missed.setdefault("", np.zeros(shape))
                lost += where * SUBGROUP["missed"] * fault.size
                _move(told, where * fault.size, SUBGROUP)
            case _:
                _move(told, where * _course(world, fault), _effects(fault))
    return Shifts(**told, missed=missed, stratum=stratum)


def _where(world: World, post: Post, level: Levels, fault: Fault) -> Floats:
    """1 where a fault works, 0 elsewhere."""
    on = fault.on(world.first, world.length) & runs(fault, level.software, level.software_of)
    equipment = np.array([fault.equipment in ("", name) for name in post.equipment])
    return np.array(np.broadcast_to(on & equipment[:, None], (2, len(equipment), world.length)), np.float64)


def _course(world: World, fault: Fault) -> Floats | float:
    """How strong a fault is from day to day."""
    since = np.arange(world.length) - world.day(fault.first)
    if fault.kind == "calibration_decay":
        return np.asarray(fault.size * np.clip(since / DECAY_DAYS, 0.0, 1.0))
    if fault.kind == "season":
        return np.asarray(fault.size * np.sin(2.0 * pi * since / 365.25))
    return fault.size


def _effects(fault: Fault) -> dict[str, float]:
    match fault.kind:
        case "version_regression":
            return REGRESSION
        case "calibration_decay":
            return {"agreement": -1.0}
        case "season":
            return {"true": 1.0, "score": SEASON_SCORE}
        case _:
            return {"score": 1.0, "false": 1.0}


def _move(told: dict[str, Floats], strength: NDArray[np.float64], effects: dict[str, float]) -> None:
    for name, effect in effects.items():
        if name in told:
            told[name] += strength * effect
