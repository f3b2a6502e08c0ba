# SPDX-License-Identifier: Apache-2.0
"""What a device concludes of its studies, what is true of them, and what the physician says.

A device of a register is as good as its findings declare: positive means a score at or above the threshold.
A device of the reference nation is drawn as its manner says: the positive studies are those whose luck is
highest, and a fault moves scores and positives each by its own amount, so its events name no threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

from nadzor.simulate.draft import NORMAL, STEPS, Draft
from nadzor.simulate.levels import Flags, Ints, faults_of
from nadzor.simulate.shifts import Shifts
from nadzor.simulate.world import FindingSpec, Floats, Manner, Post, World, chance

READER_SEES, READER_INVENTS = 0.93, 0.03
READER_AGREES = 0.9
SCORE_TOP: Final = 10_000
ALWAYS: Final = 4_200
"""What a device says that says the same of every study."""
AGE_BANDS = ("0-17", "18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")
AGE_SHARES = (0.04, 0.10, 0.13, 0.16, 0.19, 0.20, 0.13, 0.05)
SEXES = ("m", "f")
VERDICTS = ("accepted", "rejected", "modified", "supplemented")


class Conclusions(Struct, frozen=True):
    """Arrays (findings, n): score 0..10000, and whether device, truth and physician say it is there."""

    score: NDArray[np.int16]
    positive: Flags
    present: Flags
    seen: Flags


class Patients(Struct, frozen=True):
    """By study: the place of the equipment in the post's list, of the age band and of the sex in theirs."""

    equipment: NDArray[np.uint8]
    age: NDArray[np.uint8]
    sex: NDArray[np.uint8]


def patients(post: Post, luck: Draft) -> Patients:
    """Who was examined on which equipment."""
    shares = post.equipment_shares or (1.0,) * len(post.equipment)
    person = luck.of("person")
    return Patients(
        equipment=lottery(shares)[luck.of("equipment")],
        age=lottery(AGE_SHARES)[person & np.uint16(0xFFFE)], sex=(person & 1).astype(np.uint8),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def lottery(shares: tuple[float, ...]) -> NDArray[np.uint8]:
    """For each step of luck the place it falls on, in proportion to the shares."""
    bounds = np.cumsum(shares) / np.sum(shares) * STEPS
    return np.searchsorted(bounds[:-1], np.arange(STEPS), side="right").astype(np.uint8)


def conclusions(world: World, post: Post, luck: Draft, *, who: Patients, moved: Shifts) -> Conclusions:
    """Everything concluded about the studies of a post."""
    worse = _worse(who, moved.stratum)
    at = (worse * len(post.equipment) + who.equipment) * world.length + luck.day
    if post.device.manner:
        said = _by_manner(world, post, luck, moved=moved, at=at)
    else:
        said = _as_declared(post, luck, moved, at)
    for fault in faults_of(world, post, "constant_scores"):
        on = fault.on(world.first, world.length)[luck.day]
        said = structs.replace(said, score=np.where(on, np.int16(ALWAYS), said.score))
    return said


def _worse(who: Patients, stratum: str) -> Ints:
    """1 for studies of the stratum that is worse off."""
    if stratum in AGE_BANDS:
        return np.asarray(who.age == AGE_BANDS.index(stratum)).astype(np.int64)
    if stratum in SEXES:
        return np.asarray(who.sex == SEXES.index(stratum)).astype(np.int64)
    return np.zeros(len(who.age), np.int64)


def _as_declared(post: Post, luck: Draft, moved: Shifts, at: Ints) -> Conclusions:
    findings = post.device.findings
    shares = logit([finding.prevalence for finding in findings]) + post.prevalence_shift
    prevalence = expit(shares[:, None] + moved.true.ravel()[at])
    present = luck.latent[1] < ndtri(prevalence)
    drops = np.array([_missed(moved, finding.code, at) for finding in findings]).reshape(len(findings), -1)
    score = scores(findings, present.T, luck.latent[0].T, drops=drops.T, shift=moved.score.ravel()[at]).T
    positive = score >= np.array([finding.threshold for finding in findings])[:, None]
    seen = luck.latent[2] < ndtri(np.where(present, READER_SEES, READER_INVENTS))
    turned = 1.0 - expit(logit(READER_AGREES) + moved.agreement.ravel()[at]) / READER_AGREES
    seen = np.where((seen == positive) & (luck.fine_of("agree") < turned), ~seen, seen)
    return Conclusions(score.astype(np.int16), positive, present, seen)


def scores(
    findings: Sequence[FindingSpec],
    present: Flags,
    luck: NDArray[np.floating],
    *,
    drops: Floats | Sequence[float],
    shift: Floats | float = 0.0,
) -> Ints:
    """Scores 0..10000, a column for each finding, that its threshold cuts at its sensitivity and specificity.

    Method: two normal latents, the absent one standard; the score is a logistic of the distance to the cut.
    `drops` are taken from the sensitivity; `shift` (a study each) is added to the latent.
    """
    sees = np.maximum(0.01, np.array([finding.sensitivity for finding in findings]) - np.asarray(drops))
    cut = ndtri([finding.specificity for finding in findings])
    latent = luck + np.where(present, cut + ndtri(sees), 0.0) - cut + np.reshape(shift, (-1, 1))
    at = logit([finding.threshold / SCORE_TOP for finding in findings])
    whole: Ints = np.clip(np.ceil(SCORE_TOP * expit(at + latent) - 0.5), 0, SCORE_TOP).astype(np.int64)
    return whole


def _missed(moved: Shifts, finding: str, at: Ints) -> Floats:
    lost = np.zeros(len(at))
    for code, drop in moved.missed.items():
        if code in ("", finding):
            np.maximum(lost, drop.ravel()[at], out=lost)
    return lost


def _by_manner(world: World, post: Post, luck: Draft, *, moved: Shifts, at: Ints) -> Conclusions:
    """Method: luck above a cut is positive, the cut moves with the day; true of a positive with its
    predictive value and of a negative with the odds that give the sensitivity on every day.
    """
    manner, finding = _manner(post), post.device.findings[0]
    noise = chance(world.seed, post.key, "noise").normal(0.0, manner.noise, (2, world.length))
    honest = logit(manner.positive) + post.prevalence_shift + noise[0] + moved.true
    share = expit(honest + moved.false)
    positive = luck.of("score") >= np.rint((1.0 - share) * STEPS).ravel()[at]
    lost = moved.missed.get(finding.code, 0.0) + moved.missed.get("", 0.0)
    sees = np.maximum(0.01, finding.sensitivity - lost)
    right = (1.0 - manner.false_share) * expit(honest) / share
    missed = (1.0 - manner.false_share) * np.exp(honest) * (1.0 - sees) / sees
    truth = luck.fine_of("truth")
    present = truth < np.where(positive, right.ravel()[at], np.minimum(1.0, missed).ravel()[at])
    agrees = luck.fine_of("agree") < expit(logit(manner.agreement) + noise[1] + moved.agreement).ravel()[at]
    score = score_table(manner)[_moved_luck(luck.of("score"), moved, at)]
    return Conclusions(*(told[None] for told in (score, positive, present, positive == agrees)))


def _manner(post: Post) -> Manner:
    assert post.device.manner is not None
    return post.device.manner


def _moved_luck(luck: NDArray[np.uint16], moved: Shifts, at: Ints) -> NDArray[np.integer]:
    """Luck of scores as if the normal number behind it were moved by the faults."""
    if moved.quiet:
        return luck
    by = moved.score.ravel()[at]
    steps = luck.astype(np.int64)
    hit = np.flatnonzero(by)
    steps[hit] = np.minimum(STEPS - 1, ndtr(NORMAL[luck[hit]] + by[hit]) * STEPS)
    return steps


@lru_cache(maxsize=64)
def score_table(manner: Manner) -> NDArray[np.int16]:
    """The score of each step of luck: the quantiles of the device's baseline.

    Method: Kumaraswamy 1980, F(x) = 1 - (1 - x^a)^b, whose quantiles are in closed form.
    """
    a, b = manner.shape
    steps = (np.arange(STEPS) + 0.5) / STEPS
    return np.asarray(np.rint(SCORE_TOP * (1.0 - (1.0 - steps) ** (1.0 / b)) ** (1.0 / a))).astype(np.int16)


def verdicts(said: Conclusions) -> Ints:
    """The place of the physician's verdict on each study among the verdicts."""
    added = (said.seen & ~said.positive).any(axis=0)
    removed = (said.positive & ~said.seen).any(axis=0)
    return np.asarray(removed * 1 + added * 3 - (added & removed) * 2).astype(np.int64)
