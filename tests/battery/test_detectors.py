# SPDX-License-Identifier: Apache-2.0
"""The battery: what every detector must pass before it may speak."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import numpy as np
import pytest
from msgspec import structs
from scipy.stats import binom, poisson

from nadzor.detect.claim_check import detector as claim_check
from nadzor.detect.dossier import DETECTORS, dossier
from nadzor.detect.failure_cusum import detector as failure_cusum
from nadzor.detect.finding import Finding
from nadzor.detect.silence import detector as silence
from nadzor.detect.words import headline, kinds, missing, sentence
from nadzor.measures.catalogue import catalogue
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row
from nadzor.simulate.population import population, site_name
from nadzor.simulate.world import Fault, World
from tests.battery import nations
from tests.battery.subject import FAULT_DAY, Subject, subjects
from tests.battery.subjects.failure_cusum import failing

TROUBLED = 6
every_detector = pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)


def test_no_detector_escapes_the_battery():
    """Every detector that has a dossier is a subject here."""
    assert {subject.name for subject in subjects()} == set(DETECTORS)


def test_all_budgets_together_keep_the_national_promise():
    """What detectors with a budget a device-year may spend adds up to a quarter of a false alarm at most."""
    yearly = {name: dossier(name).guarantee.budget for name in DETECTORS if name != "claim_check"}
    decay = claim_check.BUDGET * claim_check.DECAY_SHARE
    assert round(sum(yearly.values()) + decay, 6) <= 0.25


@every_detector
def test_reads_what_the_rollup_counts(subject):
    """Every measure and dimension that a detector reads is in the catalogue."""
    known = catalogue().measures
    pairs = nations.detector(subject.name).READS
    assert {pair for pair in pairs if pair[1] not in known[pair[0]].dimensions} == set()


@every_detector
def test_silent_on_null_at_the_stated_rate(subject):
    """On quiet nations false signals stay within the dossier's budget, up to a Poisson bound."""
    alarms = years = 0.0
    for seed in subject.null_seeds:
        world = subject.nation(seed, subject.null_devices)
        rows = nations.rows(world, subject.name)
        alarms += sum(
            1 for found in subject.run(rows, subject.context(world)) if found.device or not subject.of_devices
        )
        years += nations.watched_years(world, after_days=subject.learning_days)
    stated = dossier(subject.name).guarantee.budget * years
    assert alarms <= poisson.ppf(0.999, stated)


@every_detector
def test_finds_a_planted_fault_within_the_stated_delay(subject):
    """Most planted faults are found in time, on the right device."""
    faults = [subject.fault(device.code) for device in nations.devices(subject.devices)]
    world = subject.nation(21, subject.devices, *faults)
    found = subject.run(nations.rows(world, subject.name), subject.context(world))
    first = {fault.device: fault.first for fault in world.faults}
    right = {one.device for one in found if _in_time(one, first, subject.within_days)}
    assert len(right) >= (subject.share_found * len(first) if subject.of_devices else 1)


@every_detector
def test_order_of_rows_changes_nothing(subject):
    """Late and shuffled rows give the same findings, digests included."""
    world, rows = _troubled(subject)
    told = subject.context(world)
    assert subject.run(nations.shuffled(rows), told) == subject.run(rows, told)
    assert subject.run(rows, told) != []


@every_detector
def test_merging_of_rows_changes_nothing(subject):
    """A count that arrives in two parts says the same as one that arrives whole."""
    world, rows = _troubled(subject)
    told = subject.context(world)
    whole, split = subject.run(rows, told), subject.run(nations.in_two_parts(rows), told)
    assert split == whole != []


@every_detector
def test_a_later_day_does_not_change_what_was_said(subject):
    """What was found by some day is found again, and nothing is added in hindsight."""
    world, rows = _troubled(subject)
    cut = nations.FIRST + timedelta(days=300)
    before = subject.run(nations.known_before(rows, cut), subject.context(world, after=cut))
    after = [one for one in subject.run(rows, subject.context(world)) if one.first_day < cut]
    assert [_said(one) for one in before] == [_said(one) for one in after]


@every_detector
def test_nothing_in_nothing_out(subject):
    """No rows, no findings; rows of zeros, no findings."""
    world, rows = _troubled(subject)
    zeros = Columns(
        rows.names, {p: structs.replace(b, n=np.zeros(len(b), np.int64)) for p, b in rows.blocks.items()}
    )
    assert subject.run([], subject.context(world)) == []
    assert subject.run(zeros, subject.context(world)) == []


@every_detector
def test_a_single_row_of_any_measure_is_no_finding(subject):
    """One row on one day, even a negative one, gives no finding and no error."""
    world, _ = _troubled(subject)
    day = date(2031, 5, 1)
    for measure, dimension in sorted(nations.detector(subject.name).READS):
        for n in (1, -1, 1000):
            row = Row(day, day, "d-000", "1.0", site="s-1", dimension=dimension, measure=measure, bin=0, n=n)
            assert subject.run([row], subject.context(world)) == []


@every_detector
def test_one_device_alone_is_judged_too(subject):
    """A nation of one device has no peers, and a fault of one of them is found all the same."""
    world, rows = _troubled(subject)
    alone = [
        one.device
        for device in rows.names["device"]
        for one in subject.run(nations.of_device(rows, device), subject.context(world))
    ]
    assert set(alone) & set(rows.names["device"]) or not subject.of_devices


@every_detector
def test_a_finding_can_be_disputed(subject):
    """Every finding carries its guarantee, digests, an effect within its limits, and a stable fingerprint."""
    world, rows = _troubled(subject)
    found = subject.run(rows, subject.context(world))
    assert found != []
    for one in found:
        assert one.guarantee.kind == dossier(subject.name).guarantee.kind
        assert len(one.code) == len(one.rows_hash) == len(one.baseline.hash) == 64
        assert one.effect.low <= one.effect.estimate <= one.effect.high
        assert one.guarantee.spent >= 0 and one.rows_read > 0
        assert one.located is None or one.located.low <= one.located.day <= one.located.high
        assert structs.replace(one, statistic=0.0).fingerprint() == one.fingerprint()
        assert msgspec.convert(msgspec.to_builtins(one), Finding) == one


@every_detector
def test_a_finding_can_be_read(subject):
    """Every finding has a headline and a sentence in both languages, with no figure missing."""
    world, rows = _troubled(subject)
    found = subject.run(rows, subject.context(world))
    said = [text for one in found for text in (*_texts(headline(one)), *_texts(sentence(one)))]
    assert {one.kind for one in found} <= set(kinds())
    assert not set().union(*map(missing, found))
    assert said and all(text and "nan" not in text.split() and "{" not in text for text in said)


def test_true_claims_on_the_very_bound_are_rarely_contradicted():
    """With the truth exactly on the bound, a version is contradicted no more often than stated."""
    rows = nations.days(nations.quiet(11, 120, "claim_check"), "claim_check")
    verdicts = claim_check.check(rows, claims=nations.claims(120))
    judged = {(one.claim.device, one.version) for one in verdicts if one.looks}
    hit = {(one.claim.device, one.version) for one in verdicts if one.contradicted_on}
    assert len(hit) <= binom.ppf(0.999, len(judged), dossier("claim_check").guarantee.budget)


def test_silence_of_everybody_is_one_event_of_the_system():
    """When our receiver is down for two days there is one system finding and none about a device."""
    outage = Fault(kind="outage", first=FAULT_DAY, days=2)
    found = [one for one in silence.detect(population(nations.world(31, 20, outage))) if _then(one)]
    assert [(one.kind, one.device, one.first_day) for one in found] == [("silence.system", "", FAULT_DAY)]


def test_a_silent_device_is_one_finding_not_one_for_each_site():
    """When all sites of a device stop on a day, the device is named once."""
    fault = Fault(kind="silent_site", device="d-003", first=FAULT_DAY, days=20)
    found = [one for one in silence.detect(population(nations.world(31, 20, fault))) if _then(one)]
    assert [(one.kind, one.device, one.site) for one in found] == [("silence.device", "d-003", "")]


def test_a_failing_version_is_named():
    """When failures rise with a release, the version is in the finding."""
    world = nations.world(41, 10, *(failing(f"d-{i:03d}") for i in range(10)))
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


def _troubled(subject: Subject) -> tuple[World, Columns]:
    """A nation in which each device has the subject's fault, and what the subject reads of it."""
    faults = [subject.fault(device.code) for device in nations.devices(TROUBLED)]
    world = subject.nation(61, TROUBLED, *faults)
    return world, nations.rows(world, subject.name)


def _in_time(one: Finding, first: dict[str, date], days: int) -> bool:
    """Whether a finding is about a device with a fault, and was made in time."""
    begun = first.get(one.device)
    return begun is not None and begun <= one.first_day <= begun + timedelta(days=days)


def _texts(text) -> tuple[str, str]:
    return text.ru, text.en


def _said(one: Finding) -> tuple[object, ...]:
    stream = (one.device, one.version, one.site, one.dimension, one.stratum, one.finding)
    return (*stream, one.kind, one.first_day, one.statistic)


def _then(one: Finding) -> bool:
    """Whether a finding is of the days of the fault: a chance alarm elsewhere is within the budget."""
    return FAULT_DAY <= one.first_day < FAULT_DAY + timedelta(days=30)
