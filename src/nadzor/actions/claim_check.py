# SPDX-License-Identifier: Apache-2.0
"""Every declared figure beside what routine labels can and do substantiate, now and by an earlier day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date

from msgspec import Struct

from nadzor.actions.run_detectors import claims, read
from nadzor.base.home import Home
from nadzor.detect.claim_check import detector as check
from nadzor.detect.claim_check.claim import READS, Claim
from nadzor.detect.claim_check.outlook import (
    BACK,
    Flow,
    Key,
    Lost,
    Outlook,
    outlook,
    recent_cases,
    recent_of,
    what_was_lost,
)
from nadzor.detect.claim_check.verdict import Outcome, Verdict
from nadzor.telemetry.store import Rollups

Stream = tuple[str, str, str, str]
"""Device, finding, metric, version."""


class Standing(Struct, frozen=True, kw_only=True):
    """One claim of one version: the verdict now and by an earlier day, the outlook, agreement beside it.

    `lost` says why it can be tested no more; `agreement` is the share of pairs in which a physician agreed,
    of `pairs` pairs, and substantiates nothing; `at_work`: the version processed studies lately.
    """

    verdict: Verdict
    before: Outcome | None
    before_day: date
    outlook: Outlook
    lost: Lost
    agreement: float | None
    pairs: int
    at_work: bool


def claim_standings(home: Home, *, today: date, device: str | None = None) -> tuple[Standing, ...]:
    """Every claim of a device (of all unless named), by version; versions at work without labels as well.

    Why: a version that nobody labels would else be missing from the page just where its claim is untestable.
    Raises: Refusal rollup.missing.
    """
    rollups, asked = Rollups.open(home), claims(device)
    rows, at_work = read(rollups, READS, device=device), _at_work(rollups, device=device, today=today)
    earlier = [row for row in rows if row.known <= today - BACK]
    now = [*check.check(rows, claims=asked)]
    now += _unlabelled(now, asked, at_work)
    named = [each for each in now if each.version or not _has_version(now, each)]
    told = _Told(
        today=today,
        every=named,
        before={_stream(each): each.outcome for each in check.check(earlier, claims=asked)},
        recent=recent_cases(rows, today=today),
        agreed=_agreement(rollups, device),
        at_work=at_work,
    )
    return tuple(_standing(each, told) for each in sorted(named, key=_stream))


class _Told(Struct, frozen=True, kw_only=True):
    """What all standings of one run share."""

    today: date
    every: list[Verdict]
    before: dict[Stream, Outcome]
    recent: Counter[tuple[Key, str]]
    agreed: dict[tuple[str, str, str], tuple[int, int]]
    at_work: set[tuple[str, str]]


def _standing(one: Verdict, told: _Told) -> Standing:
    claim, version, before = one.claim, one.version, told.before.get(_stream(one))
    recent = recent_of(told.recent, claim, version)
    flow = Flow(cases=one.cases, recent=recent, at_work=(claim.device, version) in told.at_work)
    others = [each.outcome for each in told.every if each.claim == claim and each.version != version]
    yes, pairs = told.agreed.get((claim.device, version, claim.finding), (0, 0))
    return Standing(
        verdict=one, before=before, before_day=told.today - BACK,
        outlook=outlook(claim, cases=one.cases, recent=recent),
        lost=what_was_lost(one.outcome, before, others=others, flow=flow),
        agreement=yes / pairs if pairs else None, pairs=pairs, at_work=flow.at_work,
    )  # fmt: skip


def _unlabelled(
    known: Iterable[Verdict], asked: Iterable[Claim], at_work: Collection[tuple[str, str]]
) -> list[Verdict]:
    """A claim of a version at work for which no label exists at all."""
    labelled = {_stream(each) for each in known}
    return [
        Verdict(claim=claim, version=version, outcome="untestable", reason="no_labels")
        for claim in asked
        for device, version in sorted(at_work)
        if device == claim.device and (claim.device, claim.finding, claim.metric, version) not in labelled
    ]


def _at_work(rollups: Rollups, *, device: str | None, today: date) -> set[tuple[str, str]]:
    where = {"device": device} if device else {}
    window = {"since": today - BACK, "until": today}
    found = rollups.totals("processed", by=("device", "version"), **where, **window)
    return {(code, version) for code, version, n in found if n > 0 and version}


def _agreement(rollups: Rollups, device: str | None) -> dict[tuple[str, str, str], tuple[int, int]]:
    where = {"device": device} if device else {}
    by = ("device", "version", "finding")
    yes, no = (
        {(code, version, finding): n for code, version, finding, n in rollups.totals(measure, by=by, **where)}
        for measure in ("agree", "disagree")
    )
    return {key: (yes.get(key, 0), yes.get(key, 0) + no.get(key, 0)) for key in yes.keys() | no.keys()}


def _has_version(every: Iterable[Verdict], one: Verdict) -> bool:
    return any(each.claim == one.claim and each.version for each in every)


def _stream(one: Verdict) -> Stream:
    return one.claim.device, one.claim.finding, one.claim.metric, one.version
