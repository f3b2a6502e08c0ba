# SPDX-License-Identifier: Apache-2.0
"""What a scorer must not flatter: missed faults, alarms before the onset, wrong names, lucky hits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.simulate.fault import KINDS
from nadzor.simulate.scoring import Alarm, Planted, Target, caught, false_alarm_rate, targets

DAY = date(2031, 8, 1)
TARGET = Target(suited=["silence"], names="site", found=0.5, p90=1)


def alarm(device, days, detector="silence", **more):
    """An alarm so many days after the onset."""
    return Alarm(detector=detector, kind="k", device=device, day=DAY + timedelta(days=days), **more)


def fault(device, **more):
    """A fault of a device."""
    return Planted(kind="silent_site", device=device, first=DAY, last=DAY + timedelta(days=20), **more)


def test_a_fault_is_found_by_a_suited_detector_on_its_device_after_its_onset():
    """Too early, too late, another device and another detector do not count; a miss is 120 days."""
    alarms = [
        alarm("a", 3), alarm("a", 9), alarm("b", -1), alarm("b", 121), alarm("c", 1, "fabrication"),
        alarm("x", 1),
    ]  # fmt: skip
    told = caught([fault(name) for name in "abc"], alarms, TARGET, rates={"silence": 0.0})
    assert (told.planted, told.found, told.median, told.told_again) == (3, 1 / 3, 3.0, 1.0)
    assert told.restricted_mean == pytest.approx((3 + 120 + 120) / 3)
    assert told.met is False


def test_an_alarm_is_right_only_if_its_first_name_is():
    """The site that is named first decides; a list that holds it somewhere does not."""
    faults = [fault("a", site="s-1"), fault("b", site="s-2")]
    alarms = [alarm("a", 0, sites=("s-1", "s-9")), alarm("b", 1, sites=("s-9", "s-2"))]
    told = caught(faults, alarms, TARGET, rates={})
    assert (told.attribution, told.found, told.p90, told.met) == (0.5, 1.0, 0.9, True)


def test_what_chance_would_find_is_told():
    """A detector that speaks ten times a year finds nearly every fault by chance, and the figure says so."""
    told = caught([fault("a")], [alarm("a", 5)], TARGET, rates={"silence": 10.0})
    assert told.by_chance > 0.95


def test_false_alarms_are_counted_by_device_years():
    """Three alarms on ten devices watched for half a year are 0.6 a device-year, within their interval."""
    devices = [f"d-{i}" for i in range(10)]
    rate = false_alarm_rate([alarm("d-1", 0), alarm("d-1", 9), alarm("d-2", 0)], devices, 0.5, seed=1)
    assert (rate.alarms, rate.rate, rate.device_years) == (3, 0.6, 5.0)
    assert rate.low <= rate.rate <= rate.high and rate.low < rate.high


def test_no_devices_no_rate():
    """Nothing watched is nothing said."""
    assert false_alarm_rate([], [], 1.0, seed=1).device_years == 0.0


def test_every_target_is_about_a_fault_that_can_be_planted():
    """The list of targets names no fault that the nation does not know."""
    assert set(targets().faults) <= set(KINDS)
