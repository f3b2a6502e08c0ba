# SPDX-License-Identifier: Apache-2.0
"""The suite as it runs at night, on data that come late: it says in time what it dates to that time."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from nadzor.actions import evaluate_nights as module
from nadzor.actions.evaluate_nights import compare_nights
from nadzor.detect.dossier import DETECTORS
from nadzor.simulate.fault import Fault
from nadzor.simulate.reference import REFERENCE, Scale, reference_nation
from nadzor.simulate.world import World, with_faults
from tests.unit.actions.test_evaluate_suite import told

ONSET = 200
LATE = Scale(clinics=8, sites_max=2, habits=replace(REFERENCE, revised=0.05))


@pytest.fixture(scope="module")
def troubled() -> World:
    """A few devices, a twentieth of their months revised, and five of them in trouble."""
    world = reference_nation(4, devices=6, days=245, scale=LATE)
    first = world.first + timedelta(days=ONSET)
    maker = next(post for post in world.posts if post.device.code == "d-0004").equipment[0]
    faults = [
        Fault(kind="silent_site", device="d-0000", post=0, first=first, days=21),
        Fault(kind="error_burst", device="d-0001", first=first, days=5, size=20.0),
        Fault(kind="slow", device="d-0002", first=first, days=45, size=2.0),
        Fault(kind="calibration_decay", device="d-0003", first=first, days=45, size=2.0),
        Fault(kind="vendor_drift", device="d-0004", equipment=maker, first=first, days=45, size=1.0),
    ]
    return with_faults(world, faults)


def test_what_stands_in_the_end_was_heard_in_its_night(troubled):
    """Every alarm that stands was raised within three days of its own date, and hardly one went away."""
    whole = compare_nights(troubled, DETECTORS, since=ONSET - 5)["suite"]
    assert whole.standing >= 4
    assert (whole.unheard, whole.soon) == (0, 1.0)
    assert whole.median_lag == 0.0
    assert whole.vanished <= 1


def test_a_night_knows_no_release_of_later_days(troubled):
    """A version that will come out tomorrow is not in tonight's register."""
    device, releases = next((d.code, d.versions) for d in troubled.devices if len(d.versions) > 1)
    night = releases[-1].released_on
    context = module._as_of(module.context_of(troubled), night)
    assert [one.version for one in context.releases[device]] == [one.version for one in releases[:-1]]
    assert context.after == night


def test_the_command_tells_it_when_asked(monkeypatch):
    """With --nightly the figures stand beside the others; without it there are none."""
    monkeypatch.setattr(module, "EVERY", 60)
    asked = ("--devices", "3", "--days", "200", "--per-fault", "1", "--detectors", "silence",
             "--faults", "silent_site")  # fmt: skip
    heard = json.loads(told(*asked, "--nightly").stdout)["nightly"]
    assert set(heard) >= {"suite"}
    assert heard["suite"]["vanished"] >= 0
    assert json.loads(told(*asked).stdout)["nightly"] == {}
