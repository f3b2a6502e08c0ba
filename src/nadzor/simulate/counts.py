# SPDX-License-Identifier: Apache-2.0
"""Which facts each measure counts, dimension by dimension, as the telemetry would from the events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np
from msgspec import Struct, structs

from nadzor.measures.catalogue import catalogue
from nadzor.measures.columns import Pair
from nadzor.measures.rollup import ALL
from nadzor.simulate.adverse import PROBLEMS, TYPES, reports
from nadzor.simulate.arrivals import arrivals, corrections, placed
from nadzor.simulate.conclusions import AGE_BANDS, SCORE_TOP, SEXES, VERDICTS, verdicts
from nadzor.simulate.ledger import Facts, Ledger
from nadzor.simulate.levels import Flags, Ints
from nadzor.simulate.life import bursts, changes, heartbeats
from nadzor.simulate.scales import edges_of
from nadzor.simulate.telling import DAY_S, DECLINED, FAILED, FOREVER, LONGEST_MS, READINGS, STAGES

Source = Callable[[Ledger, str], Iterator["Count"]]
ONLY: Final = {"selection": "random", "source": "follow_up"}
"""How every study of a nation comes to be labelled."""


class Count(Struct, frozen=True):
    """Facts of one finding (or of none), and whether their rows name the version and the build.

    `strata` are the names of the facts' strata where they are not those of a study.
    """

    facts: Facts
    finding: str = ""
    built: bool = True
    versioned: bool = True
    strata: Sequence[str] = ()


def strata(ledger: Ledger, dimension: str) -> tuple[list[str], Ints | None]:
    """The names of a dimension's strata, and by report the place of its own; nothing where there is one."""
    told = ledger.told
    match dimension:
        case "equipment":
            return ledger.equipment_names, ledger.equipment
        case "modality":
            return [ledger.posts[0].device.modality], None
        case "verdict":
            return list(VERDICTS), verdicts(told.said)
        case "age_band" | "sex" | "stage" | "reading_time":
            names, codes = {
                "age_band": (AGE_BANDS, told.who.age), "sex": (SEXES, told.who.sex),
                "stage": (STAGES, told.stage), "reading_time": (READINGS, told.reading),
            }[dimension]  # fmt: skip
            return list(names), codes
    return [ONLY.get(dimension, "")], None


def _studies(chosen: Callable[[Ledger], Flags | None]) -> Source:
    def source(ledger: Ledger, dimension: str) -> Iterator[Count]:
        hit = chosen(ledger)
        at = None if hit is None else np.flatnonzero(hit)
        yield Count(ledger.reports(at, strata(ledger, dimension)[1]))

    return source


def _processed(ledger: Ledger, dimension: str) -> Iterator[Count]:
    yield Count(ledger.reports(ledger.processed_at))


def _duration(ledger: Ledger, dimension: str) -> Iterator[Count]:
    yield Count(ledger.reports(bin=_duration_bins()[ledger.told.duration_ms]))


@cache
def _duration_bins() -> Ints:
    """The bin of every duration there can be: looked up, since there are millions."""
    edges = np.array(catalogue().edges("duration"))
    return np.searchsorted(edges, np.arange(LONGEST_MS + 1), side="right").astype(np.int8)


def _decided(positive: bool) -> Source:
    def source(ledger: Ledger, dimension: str) -> Iterator[Count]:
        for f, finding in enumerate(ledger.findings):
            at = ledger.processed_at
            if positive:
                at = at[ledger.told.said.positive[f, at]]
            yield Count(ledger.reports(at, strata(ledger, dimension)[1]), finding=finding.code)

    return source


def _scores(ledger: Ledger, dimension: str) -> Iterator[Count]:
    at = ledger.processed_at
    for f, finding in enumerate(ledger.findings):
        edges = edges_of(ledger.world, ledger.posts[0].device, finding)
        place = np.searchsorted(edges, np.arange(SCORE_TOP + 1), side="right")
        bins = place[ledger.told.said.score[f, at]]
        yield Count(ledger.reports(at, strata(ledger, dimension)[1], bins), finding=finding.code)


def _reviews(ledger: Ledger, dimension: str) -> Iterator[Count]:
    told = ledger.told
    day = told.day + (told.second + told.signed_s) // DAY_S
    facts = Facts(
        place=ledger.place,
        day=day,
        since=told.review_since,
        stratum=strata(ledger, dimension)[1],
        ran=told.day,
    )
    yield Count(facts.where(np.flatnonzero(told.reviewed & ~told.again)), built=False)


def _agreement(agreed: bool) -> Source:
    def source(ledger: Ledger, dimension: str) -> Iterator[Count]:
        told = ledger.told
        for f, finding in enumerate(ledger.findings):
            same = told.said.positive[f] == told.said.seen[f]
            at = np.flatnonzero(told.reviewed & (same == agreed))
            facts = ledger.reports(at, strata(ledger, dimension)[1])
            yield Count(_met(facts, told.review_since[at]), finding=finding.code)

    return source


def _met(facts: Facts, other: Ints) -> Facts:
    """Facts that are known only once something else about the same study is known, too."""
    return structs.replace(facts, since=np.maximum(facts.since, other))


def _labels(ledger: Ledger, dimension: str) -> Iterator[Count]:
    told = ledger.told
    facts = Facts(
        place=ledger.place, day=told.day, since=told.label_since, stratum=strata(ledger, dimension)[1]
    ).where(np.flatnonzero(told.labelled & ~told.again))
    yield from (Count(facts, finding=finding.code, built=False) for finding in ledger.findings)


def _judged(positive: bool, present: bool) -> Source:
    def source(ledger: Ledger, dimension: str) -> Iterator[Count]:
        told = ledger.told
        for f, finding in enumerate(ledger.findings):
            hit = (told.said.positive[f] == positive) & (told.said.present[f] == present)
            at = np.flatnonzero(told.labelled & hit)
            facts = ledger.reports(at, strata(ledger, dimension)[1])
            yield Count(_met(facts, told.label_since[at]), finding=finding.code)

    return source


def _labelled_scores(present: bool) -> Source:
    def source(ledger: Ledger, dimension: str) -> Iterator[Count]:
        told = ledger.told
        for f, finding in enumerate(ledger.findings):
            at = np.flatnonzero(told.labelled & (told.said.present[f] == present))
            bins = told.said.score[f, at].astype(np.int64)
            facts = ledger.reports(at, strata(ledger, dimension)[1], bins)
            yield Count(_met(facts, told.label_since[at]), finding=finding.code)

    return source


def _heartbeats(ledger: Ledger, dimension: str) -> Iterator[Count]:
    yield Count(_beats(ledger, with_bins=False), versioned=False, built=False)


def _skew(ledger: Ledger, dimension: str) -> Iterator[Count]:
    yield Count(_beats(ledger, with_bins=True), versioned=False, built=False)


def _beats(ledger: Ledger, *, with_bins: bool) -> Facts:
    edges = np.array(catalogue().edges("skew"))
    told = [heartbeats(ledger.world, post) for post in ledger.posts]
    bins = [np.searchsorted(edges, beats.offset_ms, side="right") for beats in told]
    return structs.replace(placed(told), bin=np.concatenate(bins) if with_bins else None)


def _changes(ledger: Ledger, dimension: str) -> Iterator[Count]:
    yield Count(placed([changes(ledger.world, post) for post in ledger.posts]))


def _faults(ledger: Ledger, dimension: str) -> Iterator[Count]:
    facts = placed([bursts(ledger.world, post) for post in ledger.posts])
    yield Count(
        facts, built=False, strata=({"stage": "processing", "severity": "critical"}.get(dimension, ""),)
    )


def _adverse_events(ledger: Ledger, dimension: str) -> Iterator[Count]:
    if not ledger.posts[0].device.reports_a_year:
        return
    told = reports(ledger.world, ledger.posts)
    names, stratum = {"event_type": (TYPES, told.type), "problem": (PROBLEMS, told.problem)}.get(
        dimension, (("",), None)
    )
    facts = Facts(place=told.place, day=told.day, since=told.since, stratum=stratum)
    yield Count(facts, built=False, strata=names)


def _corrected(ledger: Ledger, dimension: str) -> Iterator[Count]:
    names = ("wrong_study",) if dimension == "reason" else ("",)
    yield Count(corrections(ledger), versioned=False, built=False, strata=names)


def _accepted(ledger: Ledger, dimension: str) -> Iterator[Count]:
    yield from (_of_receipt(facts) for facts, _ in arrivals(ledger))


def _duplicates(ledger: Ledger, dimension: str) -> Iterator[Count]:
    yield from (_of_receipt(facts.where(np.flatnonzero(twice))) for facts, twice in arrivals(ledger))


def _of_receipt(facts: Facts) -> Count:
    """What intake counts: the day of receipt is all it knows."""
    told = facts.since < FOREVER
    return Count(
        Facts(place=facts.place[told], day=facts.since[told], since=facts.since[told]), versioned=False,
        built=False,
    )  # fmt: skip


def _time_to_sign(ledger: Ledger, dimension: str) -> Iterator[Count]:
    told = ledger.told
    at = np.flatnonzero(told.reviewed)
    hours = (told.second[at] + told.signed_s[at]) // 3600 - told.second[at] // 3600
    bins = np.searchsorted(np.array(catalogue().edges("time_to_sign")), hours, side="right")
    yield Count(_met(ledger.reports(at, bin=bins), told.review_since[at]))


SOURCES: Final[dict[str, Source]] = {
    "studies": _studies(lambda ledger: None),
    "processed": _processed,
    "failed": _studies(lambda ledger: ledger.told.outcome == FAILED),
    "declined": _studies(lambda ledger: ledger.told.outcome == DECLINED),
    "duration": _duration,
    "decided": _decided(False),
    "positives": _decided(True),
    "scored": _decided(False),
    "scores": _scores,
    "reviews": _reviews,
    "reading_time": _reviews,
    "agree": _agreement(True),
    "disagree": _agreement(False),
    "labels": _labels,
    "tp": _judged(True, True),
    "fp": _judged(True, False),
    "fn": _judged(False, True),
    "tn": _judged(False, False),
    "score_present": _labelled_scores(True),
    "score_absent": _labelled_scores(False),
    "heartbeats": _heartbeats,
    "skew": _skew,
    "changes": _changes,
    "faults": _faults,
    "adverse_events": _adverse_events,
    "corrected": _corrected,
    "accepted": _accepted,
    "duplicates": _duplicates,
    "time_to_sign": _time_to_sign,
}
"""What is counted, measure by measure."""


def by_line(pair: Pair) -> bool:
    """Whether the rows of a measure in a dimension tell no sites apart."""
    return not catalogue().measures[pair[0]].sited(pair[1])


def pairs_of(measure: str) -> list[Pair]:
    """Every dimension of a measure."""
    return [(measure, dimension) for dimension in catalogue().measures[measure].dimensions or [ALL]]
