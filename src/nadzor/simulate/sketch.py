# SPDX-License-Identifier: Apache-2.0
"""One day of one post as arrays: the studies, what was in them, what the device said, who looked again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from nadzor.simulate.world import FindingSpec, Floats, Post, World, chance, sensitivity_drop

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
AGE_BANDS = ("0-17", "18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")
AGE_SHARES = (0.04, 0.10, 0.13, 0.16, 0.19, 0.20, 0.13, 0.05)
STAGES = ("network", "input", "processing", "output", "integration")
STAGE_SHARES = (0.30, 0.25, 0.30, 0.05, 0.10)
OPENING_S, CLOSING_S = 8 * 3600, 20 * 3600
DECLINED = 0.01
READER_SEES, READER_INVENTS = 0.93, 0.03


class Habits(Struct, frozen=True, kw_only=True):
    """Which share of studies is reviewed and labelled, and after how many days a label arrives."""

    reviewed: float = 0.4
    labelled: float = 0.1
    label_days: tuple[int, int] = (30, 60)


class Sketch(Struct, frozen=True, kw_only=True):
    """The studies of a day in order of time; arrays by study, or by study and finding."""

    second: Ints
    duration_ms: Ints
    age: Ints
    sex: Ints
    maker: Ints
    failed: Flags
    declined: Flags
    stage: Ints
    present: Flags
    score: Ints
    reader_present: Flags
    reader: Ints
    reviewed: Flags
    label_after: Ints


def sketch(world: World, post: Post, day: date, *, level: tuple[float, float], habits: Habits) -> Sketch:
    """Draw a day; `level` is the expected number of studies and the chance that one fails.

    Why: a label arrives weeks after its study, so the same day is drawn again then, and must come out the
    same.
    """
    rng = chance(world.seed, post.key, "day", day.isoformat())
    n = int(rng.poisson(level[0]))
    failed = rng.random(n) < level[1]
    declined = ~failed & (rng.random(n) < DECLINED)
    present, score = _findings(world, post, day, rng, n)
    reader_sees = np.where(
        present, rng.random(present.shape) < READER_SEES, rng.random(present.shape) < READER_INVENTS
    )
    processed = ~failed & ~declined
    low, high = habits.label_days
    label_after = np.where(processed & (rng.random(n) < habits.labelled), rng.integers(low, high + 1, n), -1)
    return Sketch(
        second=np.sort(rng.integers(OPENING_S, CLOSING_S, n)),
        duration_ms=np.minimum(600_000, rng.lognormal(8.3, 0.6, n)).astype(np.int64),
        age=rng.choice(len(AGE_BANDS), n, p=AGE_SHARES), sex=rng.integers(0, 2, n),
        maker=rng.integers(0, len(post.equipment), n), failed=failed, declined=declined,
        stage=rng.choice(len(STAGES), n, p=STAGE_SHARES), present=present, score=score,
        reader_present=reader_sees, reader=rng.integers(0, 3, n),
        reviewed=processed & (rng.random(n) < habits.reviewed), label_after=label_after,
    )  # fmt: skip


def _findings(world: World, post: Post, day: date, rng: np.random.Generator, n: int) -> tuple[Flags, Ints]:
    findings = post.device.findings
    shares = expit(logit([finding.prevalence for finding in findings]) + post.prevalence_shift)
    present = rng.random((n, len(findings))) < shares
    drops = [sensitivity_drop(world, post, finding.code, day) for finding in findings]
    return present, scores(findings, present, rng.standard_normal(present.shape), drops=drops)


def scores(findings: Sequence[FindingSpec], present: Flags, luck: Floats, *, drops: Sequence[float]) -> Ints:
    """Scores 0..10000, a column for each finding, that its threshold cuts at its sensitivity and specificity.

    Method: two normal latents, the absent one standard; the score is a logistic of the distance to the cut.
    """
    sees = [max(0.01, finding.sensitivity - drop) for finding, drop in zip(findings, drops, strict=True)]
    cut = ndtri([finding.specificity for finding in findings])
    latent = luck + np.where(present, cut + ndtri(sees), 0.0) - cut
    at = logit([finding.threshold / 10_000 for finding in findings])
    whole: Ints = np.clip(np.ceil(10_000 * expit(at + latent) - 0.5), 0, 10_000).astype(np.int64)
    return whole
