# SPDX-License-Identifier: Apache-2.0
"""The synthetic nation: the same words every time, on the wire's terms, with its faults in it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import msgspec
import pytest

from nadzor.detect.claim_check import detector as claim_check
from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.failure_cusum import detector as failure_cusum
from nadzor.detect.silence import detector as silence
from nadzor.simulate.fault import Fault
from nadzor.simulate.nation import Nation, nation
from nadzor.simulate.population import site_name
from nadzor.simulate.world import DeviceSpec, FindingSpec, Habits, Setting, VersionSpec, settle
from nadzor_wire import event as wire
from tests.unit.simulate.counting import count

UNTIL = date(2031, 7, 1)
FIRST = UNTIL - timedelta(days=150)


def devices(count=4):
    """A few devices of two versions and two findings."""
    return [
        DeviceSpec(
            code=f"d-{i}",
            modality="CT",
            findings=(
                FindingSpec(code="nodule", prevalence=0.3),
                FindingSpec(code="embolism", threshold=4200),
            ),
            versions=(
                VersionSpec("1.0", FIRST - timedelta(days=9), "a" * 64),
                VersionSpec("1.1", FIRST + timedelta(days=110), "b" * 64),
            ),
            volume=12.0,
        )
        for i in range(count)
    ]


@pytest.fixture(scope="module")
def country() -> Nation:
    """A small nation with the usual faults."""
    return nation(7, devices(), days=150, until=UNTIL)


@pytest.fixture(scope="module")
def rows(country):
    """Its rollup rows."""
    return count(country)


def test_a_repeat_is_identical(country):
    """The same seed says the same words, whichever day of whichever post is asked first."""
    again = nation(7, devices(), days=150, until=UNTIL)
    days = country.world.days()[60::17]
    for post, twin in zip(reversed(country.posts), reversed(again.posts), strict=True):
        for day in reversed(days):
            assert again.events(twin, day) == country.events(post, day)


def test_another_seed_is_another_nation(country):
    """Nothing but the register is shared between seeds."""
    other = nation(8, devices(), days=150, until=UNTIL)
    ids = [
        {event.id for event in one.events(one.posts[0], FIRST + timedelta(days=20))}
        for one in (country, other)
    ]
    assert all(ids)
    assert not ids[0] & ids[1]


def test_a_device_added_changes_no_other():
    """Each device draws from its own stream of chance."""
    few, more = (nation(7, devices(count), days=30, until=UNTIL, faults=()) for count in (2, 3))
    day = UNTIL - timedelta(days=12)
    assert few.events(few.posts[0], day) == more.events(more.posts[0], day)


def test_events_are_words_of_the_wire_in_order_of_time(country):
    """Every event survives the strict decoder, days follow days, and no id occurs twice."""
    decoder = msgspec.json.Decoder(wire.Event)
    kinds, seen = Counter(), set()
    for post in country.posts[:4]:
        last = None
        for day, events in country.history(post):
            for event in events:
                assert decoder.decode(msgspec.json.encode(event)) == event
                assert event.at.date() == day
                assert last is None or event.at >= last
                assert event.id not in seen
                seen.add(event.id)
                last = event.at
                kinds[type(event).__name__] += 1
    assert set(kinds) >= {"Study", "Review", "Truth", "Heartbeat", "Change"}


def test_labels_follow_their_studies(country):
    """A label names a study that was processed, within the window of its delay."""
    post = max(country.posts, key=lambda one: one.volume)
    said = [event for _, events in country.history(post) for event in events]
    studies = {event.study: event for event in said if isinstance(event, wire.Study)}
    labels = [event for event in said if isinstance(event, wire.Truth)]
    assert labels
    for label in labels:
        study = studies[label.study]
        assert study.outcome == "processed"
        assert label.version == study.version
        assert 30 <= (label.at.date() - study.at.date()).days <= 60


def test_the_usual_faults_are_one_of_each_kind(country):
    """A failing version, a silent site, a contradicted claim and an error burst, on different devices."""
    faults = country.world.faults
    assert [fault.kind for fault in faults] == [
        "failing_version",
        "silent_site",
        "contradicted_claim",
        "error_burst",
    ]
    assert len({fault.device for fault in faults}) == 4


def test_a_silent_site_sends_nothing_at_all(country):
    """Not a study, not a heartbeat, while the fault lasts; the days before are as ever."""
    fault = next(fault for fault in country.world.faults if fault.kind == "silent_site")
    post = next(one for one in country.posts if (one.device.code, one.number) == (fault.device, fault.post))
    assert country.events(post, fault.first) == []
    assert country.events(post, fault.first - timedelta(days=1)) != []


def test_detectors_find_the_faults_put_in(country, rows):
    """From events to rows to findings: the silent site, the failing version, the claim that is untrue."""
    faults = {fault.kind: fault for fault in country.world.faults}
    quiet = faults["silent_site"]
    post = next(p for p in country.posts if (p.device.code, p.number) == (quiet.device, quiet.post))
    silent = silence.detect(rows, params=silence.Params(after=UNTIL))
    assert (quiet.device, site_name(post.clinic)) in {(one.device, one.site) for one in silent}
    failing = failure_cusum.detect(rows)
    version = faults["failing_version"]
    assert (version.device, version.version) in {(one.device, one.version) for one in failing}
    untrue = faults["contradicted_claim"]
    claims = [
        Claim(device=d.code, finding=f.code, metric="sensitivity", value=0.92, lower_bound=0.88)
        for d in devices()
        for f in d.findings
    ]
    against = {(one.device, one.finding) for one in claim_check.detect(rows, claims=claims)}
    assert against == {(untrue.device, untrue.finding)}


def test_without_a_release_in_time_a_site_fails_instead():
    """A nation whose versions are all old still has a lasting failure to show."""
    old = [msgspec.structs.replace(device, versions=device.versions[:1]) for device in devices(6)]
    kinds = [fault.kind for fault in nation(7, old, days=150, until=UNTIL).world.faults]
    assert kinds[0] == "failing_site"


def test_a_nation_too_short_for_faults_has_those_it_can():
    """Ten days leave no room for a fault after a baseline."""
    kinds = {fault.kind for fault in nation(7, devices(), days=10, until=UNTIL).world.faults}
    assert kinds == {"silent_site", "contradicted_claim"}


def test_an_error_burst_is_told_twice():
    """As failed studies, and as faults outside any study."""
    burst = Fault(kind="error_burst", device="d-0", first=UNTIL - timedelta(days=9), days=3, size=400.0)
    country = nation(7, devices(1), days=30, until=UNTIL, faults=[burst])
    events = [event for post in country.posts for event in country.events(post, burst.first)]
    assert any(isinstance(event, wire.Fault) for event in events)
    assert any(isinstance(event, wire.Study) and event.failure for event in events)


def test_volume_and_clinics_can_be_set():
    """A tenth of the volume, one site a device, and every study reviewed and labelled at once."""
    world = settle(
        3, devices(), days=(FIRST, FIRST + timedelta(days=20)),
        setting=Setting(volume_scale=0.1, sites_max=1, clinics=2),
    )  # fmt: skip
    country = Nation(world, habits=Habits(reviewed=1.0, labelled=1.0, label_days=(1, 1)))
    said = [event for post in country.posts for _, events in country.history(post) for event in events]
    kinds = Counter(type(event).__name__ for event in said)
    assert {post.number for post in country.posts} == {0}
    processed = sum(isinstance(event, wire.Study) and event.outcome == "processed" for event in said)
    assert kinds["Review"] == processed > 0
    assert kinds["Truth"] > 0
