# SPDX-License-Identifier: Apache-2.0
"""The nation's rollup rows drawn at once, without its events: what a detector is calibrated on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from nadzor.measures.rollup import Row
from nadzor.simulate.world import (
    Post,
    World,
    chance,
    expected_volumes,
    failure_rates,
    is_silent,
    sensitivity_drop,
)

Ints = NDArray[np.int64]
LABELLED = 0.1


def population(world: World, *, labelled: float = LABELLED) -> list[Row]:
    """Studies, failures, heartbeats and labels of every post and day; the same seed gives the same rows."""
    return [row for post in world.posts for row in _of_post(world, post, labelled)]


def site_name(clinic: int) -> str:
    """A pseudonym for a clinic of the nation."""
    return f"s-{clinic:05d}"


def _of_post(world: World, post: Post, labelled: float) -> Iterator[Row]:
    days = world.days()
    rng = chance(world.seed, post.key, "population")
    studies = rng.poisson(expected_volumes(world, post))
    failed = rng.binomial(studies, failure_rates(world, post))
    yield from _counts(post, days, "studies", studies)
    yield from _counts(post, days, "failed", failed)
    beats = np.array([not is_silent(world, post, day) for day in days], np.int64)
    yield from _counts(post, days, "heartbeats", beats)
    if labelled > 0:
        yield from _labels(world, post, days, rng.binomial(studies - failed, labelled))


def _counts(post: Post, days: list[date], measure: str, counts: Ints) -> Iterator[Row]:
    device, site = post.device.code, site_name(post.clinic)
    for i in np.flatnonzero(counts):
        day = days[int(i)]
        version = post.version_on(day).version
        yield Row(day, day, device, version, site=site, measure=measure, n=int(counts[i]))


def _labels(world: World, post: Post, days: list[date], labels: Ints) -> Iterator[Row]:
    rng = chance(world.seed, post.key, "labels")
    known = np.arange(len(days)) + rng.integers(30, 61, len(days))
    labels = np.where(known < len(days), labels, 0)
    for finding in post.device.findings:
        drops = np.array([sensitivity_drop(world, post, finding.code, day) for day in days])
        present = rng.binomial(labels, finding.prevalence)
        tp = rng.binomial(present, np.clip(finding.sensitivity - drops, 0.0, 1.0))
        tn = rng.binomial(labels - present, finding.specificity)
        cells = {"tp": tp, "fn": present - tp, "tn": tn, "fp": labels - present - tn}
        for measure, counts in cells.items():
            yield from _label_rows(post, (days, known), counts, _labelled(measure, finding.code))


def _labelled(measure: str, finding: str) -> Row:
    """A row of a randomly selected label, to be filled in."""
    return Row(
        date.min, date.min, "", dimension="selection", stratum="random", measure=measure, finding=finding
    )


def _label_rows(post: Post, when: tuple[list[date], Ints], counts: Ints, pattern: Row) -> Iterator[Row]:
    days, known = when
    for i in np.flatnonzero(counts).tolist():
        yield structs.replace(
            pattern, day=days[i], known=days[int(known[i])], device=post.device.code,
            version=post.version_on(days[i]).version, site=site_name(post.clinic), n=int(counts[i]),
        )  # fmt: skip
