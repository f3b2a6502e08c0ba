# SPDX-License-Identifier: Apache-2.0
"""The luck of a post's studies: uniform numbers drawn once for the whole span, before anything is decided.

Faults thin studies out or add to them from streams of their own, so that a fault changes what it should and
no other study's luck.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import ndtri

from nadzor.simulate.fault import Fault
from nadzor.simulate.levels import Flags, Ints, Levels, faults_of, steady_volumes
from nadzor.simulate.world import Floats, Post, World, chance

COARSE = ("score", "duration", "equipment", "person", "second", "signing", "reading")
"""Luck in 65,536 steps: enough for a table."""
FINE = (
    "fate",
    "stage",
    "agree",
    "reviewed",
    "label",
    "truth",
    "late_study",
    "late_review",
    "late_label",
    "twice",
)
"""Luck in 2^24 steps: enough for a rare thing."""
STEPS = 1 << 16
NORMAL: Floats = ndtri((np.arange(STEPS) + 0.5) / STEPS)
"""The standard normal number of each step of coarse luck."""
ADDED = 1_000_000_000
"""Numbers of studies that a fault added begin here."""


class Draft(Struct, frozen=True):
    """Luck by study: `coarse` (7, n) in steps, `fine` (10, n) in 0..1, `latent` (2, findings, n) or nothing.

    `day` and `number` say whose luck it is; numbers never change, whatever faults do.
    """

    day: Ints
    number: Ints
    coarse: NDArray[np.uint16]
    fine: NDArray[np.float32]
    latent: NDArray[np.float32]

    def of(self, name: str) -> NDArray[np.uint16]:
        """Coarse luck by name."""
        return np.asarray(self.coarse[COARSE.index(name)])

    def fine_of(self, name: str) -> NDArray[np.float32]:
        """Fine luck by name."""
        return np.asarray(self.fine[FINE.index(name)])

    def where(self, chosen: Flags | Ints) -> Draft:
        """The luck of some studies."""
        return Draft(
            self.day[chosen], self.number[chosen], self.coarse[:, chosen], self.fine[:, chosen],
            self.latent[..., chosen],
        )  # fmt: skip


def draft(world: World, post: Post, level: Levels) -> Draft:
    """The studies that come to a post, in order of days."""
    counts = chance(world.seed, post.key, "studies").poisson(level.volume)
    usual = _drawn(world, post, counts, "luck")
    if (level.kept < 1.0).any():
        lot = chance(world.seed, post.key, "kept").random(len(usual.day))
        usual = usual.where(lot < level.kept[usual.day])
    if level.added.any():
        more = chance(world.seed, post.key, "added").poisson(level.volume * level.added * level.kept)
        usual = _joined(usual, _drawn(world, post, more, "added luck", first=ADDED))
    for fault in faults_of(world, post, "too_regular", "round_numbers"):
        usual = _counted(world, post, usual, fault)
    return usual


def _drawn(world: World, post: Post, counts: Ints, stream: str, *, first: int = 0) -> Draft:
    n = int(counts.sum())
    rng = chance(world.seed, post.key, stream)
    coarse = rng.integers(0, STEPS, (len(COARSE), n), dtype=np.uint16)
    fine = rng.random((len(FINE), n), dtype=np.float32)
    findings = 0 if post.device.manner else len(post.device.findings)
    latent = rng.standard_normal((3, findings, n), dtype=np.float32)
    day = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return Draft(day, first + np.arange(n), coarse, fine, latent)


def _joined(one: Draft, other: Draft) -> Draft:
    parts = [
        np.concatenate([getattr(one, name), getattr(other, name)], axis=-1)
        for name in Draft.__struct_fields__
    ]
    whole = Draft(*parts)
    return whole.where(np.argsort(whole.day, kind="stable"))


def _counted(world: World, post: Post, usual: Draft, fault: Fault) -> Draft:
    """Days of a site that invents its counts: some studies never told, others made up."""
    on = fault.on(world.first, world.length)
    seen = np.bincount(usual.day, minlength=world.length)
    told = np.where(on, _invented(world, post, fault, seen), seen)
    place = np.arange(len(usual.day)) - np.repeat(np.cumsum(seen) - seen, seen)
    made_up = _drawn(world, post, np.maximum(told - seen, 0), f"{fault.kind} luck", first=2 * ADDED)
    return _joined(usual.where(place < told[usual.day]), made_up)


def _invented(world: World, post: Post, fault: Fault, seen: Ints) -> Ints:
    if fault.kind == "round_numbers":
        return np.asarray(np.rint(seen / fault.size) * fault.size).astype(np.int64)
    steady = steady_volumes(world, post)
    return np.asarray(np.rint(np.maximum(0.0, steady + np.sqrt(fault.size) * (seen - steady)))).astype(
        np.int64
    )
