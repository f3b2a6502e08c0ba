# SPDX-License-Identifier: Apache-2.0
"""A device as a whole and each maker's equipment under it: two levels of streams that say a thing once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.learned import Passed, Scene, Watch, enough, passed
from nadzor.detect.series import Floats
from nadzor.detect.stats.learned_change import difference
from nadzor.detect.stats.learned_chart import Alarm, Learned
from nadzor.detect.stats.learned_strata import founders

WHOLE = 0.3
"""The part of a device's budget for the device as a whole; the rest is shared by its makers of equipment."""
SPOKEN_DAYS = 365
"""How long what was said of a device or a maker of equipment is not said again."""
PART_LEAST = 120.0
"""Observations in the baseline of a maker of equipment, at least, where the device has enough."""
NAMED = 2.0
"""Standard errors by which a maker's scores have moved, for it to be named in a finding about the device."""


class Levels(Struct, frozen=True, kw_only=True):
    """The same strata added by maker of equipment, and by device."""

    parts: Scene
    whole: Scene


class Spoken(Struct, frozen=True):
    """An alarm to be told, of which level it is, and which makers of equipment it is about."""

    scene: Scene
    one: Passed
    equipment: list[str]
    stratum: str = ""

    @property
    def finding(self) -> str:
        """The finding that the stream is about; empty where it is about several."""
        scene, stream = self.scene, self.one.alarm.stream
        codes = np.unique(scene.table.code["finding"][scene.learned.strata.stream == stream])
        return scene.days.columns.names["finding"][int(codes[0])] if len(codes) == 1 else ""


def heard(levels: Levels, watches: Sequence[Watch], *, more: Sequence[Passed] = ()) -> list[Spoken]:
    """The alarms of both levels, told once: of a maker where one stands out, else of the device.

    `more` are alarms of makers' streams that another statistic gave.
    """
    parts, whole = levels.parts.learned, levels.whole.learned
    found: list[tuple[int, int, Passed]] = [(one.alarm.column, 0, one) for one in more]
    for level, (learned, share) in enumerate(zip((parts, whole), shares(levels), strict=True)):
        found += [(one.alarm.column, level, one) for one in passed(learned, watches, share)]
    return _once(levels, found)


def shares(levels: Levels) -> tuple[Floats, Floats]:
    """The part of the device's budget that each maker's stream has, and each device's."""
    parts, whole = levels.parts.learned, levels.whole.learned
    device = np.zeros(parts.streams, np.int64)
    device[parts.strata.stream] = whole.strata.stream
    fit = enough(parts, least=PART_LEAST) & _founding(parts, whole) & enough(whole)[device]
    several = np.bincount(device, fit, whole.streams)
    rest = np.where(several > 1, (1.0 - WHOLE) / np.maximum(several, 1.0), 1.0)
    alone = np.where(several == 0, 1.0, np.where(several > 1, WHOLE, 0.0))
    return np.where(fit, rest[device], 0.0), np.where(enough(whole), alone, 0.0)


def _founding(parts: Learned, whole: Learned) -> NDArray[np.bool_]:
    """Which makers were there when the device's baseline ended; the others are watched with the device."""
    early = founders(whole.strata.stream, whole.strata.after)
    return np.asarray(np.bincount(parts.strata.stream, early, parts.streams) > 0)


def _once(levels: Levels, found: list[tuple[int, int, Passed]]) -> list[Spoken]:
    """In order of days, without what has just been said."""
    said: dict[int, list[tuple[int, set[str]]]] = {}
    told = []
    for column, level, one in sorted(found, key=lambda event: (event[0], event[1], -_ratio(event[2]))):
        scene = levels.whole if level else levels.parts
        device = _device(scene, one)
        recent = [names for day, names in said.get(device, []) if column - day < SPOKEN_DAYS]
        name = "" if level else _maker(scene, one.alarm.stream)
        if (level and recent) or any(name in names for names in recent):
            continue
        equipment = _moved(levels, one) if level else [name]
        said.setdefault(device, []).append((column, {*equipment, name}))
        told.append(Spoken(scene, one, equipment, stratum=name))
    return told


def _ratio(one: Passed) -> float:
    return one.alarm.z / one.alarm.limit


def _device(scene: Scene, one: Passed) -> int:
    first = int(np.searchsorted(scene.learned.strata.stream, one.alarm.stream))
    return int(scene.table.code["device"][first])


def _maker(scene: Scene, stream: int) -> str:
    first = int(np.searchsorted(scene.learned.strata.stream, stream))
    return scene.days.columns.names["stratum"][int(scene.table.code["stratum"][first])]


def _moved(levels: Levels, one: Passed) -> list[str]:
    """Makers whose own difference since the change goes the alarmed way by NAMED errors, most first."""
    parts, scene = levels.parts.learned, levels.parts
    mine = np.unique(parts.strata.stream[levels.whole.learned.strata.stream == one.alarm.stream])
    moved = []
    for stream in mine.tolist():
        alarm = Alarm(one.alarm.column, stream, one.alarm.window, 0.0, 0.0)
        effect, error = difference(parts, one.design, alarm, onset=one.change.onset)
        strength = one.watch.side * effect / error
        if strength >= NAMED:
            moved.append((-strength, _maker(scene, stream)))
    return list(dict.fromkeys(name for _, name in sorted(moved)))
