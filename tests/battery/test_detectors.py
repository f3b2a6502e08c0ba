# SPDX-License-Identifier: Apache-2.0
"""The battery: what every detector must pass before it may speak."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from msgspec import Struct, structs
from scipy.stats import binom, poisson

from nadzor.detect.claim_check import detector as claim_check
from nadzor.detect.dossier import DETECTORS, dossier
from nadzor.detect.failure_cusum import detector as failure_cusum
from nadzor.detect.finding import Finding
from nadzor.detect.silence import detector as silence
from nadzor.measures.rollup import Row
from nadzor.simulate.population import population, site_name
from nadzor.simulate.world import Fault
from tests.battery import nations

NULL_DEVICES, NULL_SEEDS = 120, (11, 12)
FAULT_DAY = nations.FIRST + timedelta(days=210)


class Subject(Struct, frozen=True):
    """A detector under test: how to run it, how long it learns, and a fault it must find in time."""

    name: str
    run: Callable[[Sequence[Row]], list[Finding]]
    learning_days: int
    fault: Callable[[str], Fault]
    within_days: int
    share_found: float
    devices: int = 12


def _claims(rows: Sequence[Row]) -> list[Finding]:
    count = len({row.device for row in rows})
    return claim_check.detect(rows, claims=nations.claims(count, margin=0.02))


def _silent(device: str) -> Fault:
    return Fault(kind="silent_site", device=device, post=0, first=FAULT_DAY, days=21)


def _failing(device: str) -> Fault:
    return Fault(
        kind="failing_version", device=device, version="2.0", first=nations.RELEASE, days=400, size=4.0
    )


def _insensitive(device: str) -> Fault:
    return Fault(kind="contradicted_claim", device=device, first=nations.FIRST, days=400, size=0.25)


SUBJECTS = (
    Subject("silence", silence.detect, 56, _silent, 5, 0.9),
    Subject("failure_cusum", failure_cusum.detect, 90, _failing, 60, 0.8),
    Subject("claim_check", _claims, 0, _insensitive, 330, 0.8),
)
every_detector = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


def test_no_detector_escapes_the_battery():
    """Every detector that has a dossier is a subject here."""
    assert {subject.name for subject in SUBJECTS} == set(DETECTORS)


@every_detector
def test_silent_on_null_at_the_stated_rate(subject):
    """On quiet nations false signals stay within the dossier's budget, up to a Poisson bound."""
    alarms = years = 0.0
    for seed in NULL_SEEDS:
        rows = nations.quiet(seed, NULL_DEVICES)
        alarms += sum(1 for found in subject.run(rows) if found.device)
        years += nations.watched_years(rows, after_days=subject.learning_days)
    stated = dossier(subject.name).guarantee.budget * years
    assert alarms <= poisson.ppf(0.999, stated)


@every_detector
def test_finds_a_planted_fault_within_the_stated_delay(subject):
    """Most planted faults are found in time, on the right device."""
    names = [device.code for device in nations.devices(subject.devices)]
    faults = [subject.fault(name) for name in names]
    rows = population(nations.world(21, subject.devices, *faults))
    last = {fault.device: fault.first + timedelta(days=subject.within_days) for fault in faults}
    found = {one.device for one in subject.run(rows) if one.device and one.first_day <= last[one.device]}
    assert len(found) >= subject.share_found * len(names)


@every_detector
def test_order_of_rows_changes_nothing(subject):
    """Late and shuffled rows give the same findings, digests included."""
    rows = _troubled(subject)
    shuffled = random.Random(5).sample(rows, len(rows))
    assert subject.run(shuffled) == subject.run(rows)
    assert subject.run(rows) != []


@every_detector
def test_merging_of_rows_changes_nothing(subject):
    """A count that arrives in two parts says the same as one that arrives whole."""
    rows = _troubled(subject)
    parts = [part for row in rows for part in _split(row)]
    whole, split = subject.run(rows), subject.run(parts)
    assert [_without_count(one) for one in split] == [_without_count(one) for one in whole]


@every_detector
def test_a_later_day_does_not_change_what_was_said(subject):
    """What was found by some day is found again, word for word, when more days are known."""
    rows = _troubled(subject)
    cut = nations.FIRST + timedelta(days=300)
    before = subject.run([row for row in rows if row.day < cut and row.known < cut])
    after = [one for one in subject.run(rows) if one.first_day < cut]
    assert [_said(one) for one in before] == [_said(one) for one in after]
    assert before != []


@every_detector
def test_nothing_in_nothing_out(subject):
    """No rows, no findings."""
    assert subject.run([]) == []


@every_detector
def test_an_empty_day_is_no_finding(subject):
    """One row on one day gives no finding and no error."""
    day = date(2031, 5, 1)
    rows = [Row(day, day, "d-000", "1.0", site="s-1", measure=name, n=1) for name in ("studies", "failed")]
    assert subject.run(rows) == []


@every_detector
def test_one_device_alone_is_judged_too(subject):
    """A nation of one device has no peers, and its fault is found all the same."""
    device = "d-000"
    rows = [row for row in _troubled(subject) if row.device == device]
    assert any(one.device == device for one in subject.run(rows))


@every_detector
def test_a_finding_can_be_disputed(subject):
    """Every finding carries its guarantee, digests, an effect within its limits, and a stable fingerprint."""
    for one in subject.run(_troubled(subject)):
        assert one.guarantee.kind == dossier(subject.name).guarantee.kind
        assert len(one.code) == len(one.rows_hash) == len(one.baseline.hash) == 64
        assert one.effect.low <= one.effect.estimate <= one.effect.high
        assert one.guarantee.spent >= 0 and one.rows_read > 0
        assert structs.replace(one, statistic=0.0).fingerprint() == one.fingerprint()


def test_true_claims_on_the_very_bound_are_rarely_contradicted():
    """With the truth exactly on the bound, a version is contradicted no more often than stated."""
    rows = nations.quiet(NULL_SEEDS[0], NULL_DEVICES)
    verdicts = claim_check.check(rows, claims=nations.claims(NULL_DEVICES))
    judged = {(one.claim.device, one.version) for one in verdicts if one.looks}
    hit = {(one.claim.device, one.version) for one in verdicts if one.contradicted_on}
    assert len(hit) <= binom.ppf(0.999, len(judged), dossier("claim_check").guarantee.budget)


def test_silence_of_everybody_is_one_event_of_the_system():
    """When our receiver is down for two days there is one system finding and none about a device."""
    outage = Fault(kind="outage", first=FAULT_DAY, days=2)
    found = silence.detect(population(nations.world(31, 20, outage)))
    assert [(one.kind, one.device, one.first_day) for one in found] == [("silence.system", "", FAULT_DAY)]


def test_a_silent_device_is_one_finding_not_one_for_each_site():
    """When all sites of a device stop on a day, the device is named once."""
    fault = Fault(kind="silent_site", device="d-003", first=FAULT_DAY, days=20)
    found = silence.detect(population(nations.world(31, 20, fault)))
    assert [(one.kind, one.device, one.site) for one in found] == [("silence.device", "d-003", "")]


def test_a_failing_version_is_named():
    """When failures rise with a release, the version is in the finding."""
    world = nations.world(41, 10, *(_failing(f"d-{i:03d}") for i in range(10)))
    found = [one for one in failure_cusum.detect(population(world)) if one.stratum == "version"]
    assert {one.version for one in found} == {"2.0"}
    assert {one.facts["released_then"] for one in found} == {"2.0"}


def test_a_failing_site_is_named():
    """When one site of several fails, the findings name it first, and no other site."""
    world = nations.world(
        51, 6, Fault(kind="failing_site", device="d-002", post=1, first=FAULT_DAY, days=150, size=10.0)
    )
    site = site_name(next(p.clinic for p in world.posts if (p.device.code, p.number) == ("d-002", 1)))
    found = [one for one in failure_cusum.detect(population(world)) if one.device == "d-002"]
    assert found
    assert {one.facts["sites"][0] for one in found} == {site}
    assert {one.site for one in found} <= {"", site}


def _troubled(subject: Subject) -> list[Row]:
    count = 6
    faults = [subject.fault(device.code) for device in nations.devices(count)]
    return population(nations.world(61, count, *faults))


def _split(row: Row) -> list[Row]:
    half = row.n // 2
    return [structs.replace(row, n=half), structs.replace(row, n=row.n - half)] if half else [row]


def _without_count(one: Finding) -> Finding:
    return structs.replace(one, rows_read=0)


def _said(one: Finding) -> tuple[object, ...]:
    return (one.device, one.version, one.site, one.finding, one.kind, one.first_day, one.statistic)
