# SPDX-License-Identifier: Apache-2.0
"""Which findings are one matter."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from nadzor.detect.finding import Located
from nadzor.vigilance.streams import STREAM, Filed, began, family_of, home_of, stream_of, together
from tests.unit.vigilance.signals import FINDING


def test_a_day_is_no_part_of_a_matter():
    """The same stream found on another day, with another size, is the same matter."""
    later = replace(FINDING, first_day=date(2026, 11, 1), statistic=20.0, rows_hash="e" * 64)
    assert stream_of(later) == stream_of(FINDING)


@pytest.mark.parametrize("name", STREAM)
def test_every_part_of_the_stream_tells_matters_apart(name):
    """Another detector, kind, device, version, site, dimension, stratum or finding is another matter."""
    assert stream_of(replace(FINDING, **{name: "other"})) != stream_of(FINDING)


def test_versions_are_one_family():
    """Only the version is left out of a family."""
    apart = [name for name in STREAM if family_of(replace(FINDING, **{name: "x"})) != family_of(FINDING)]
    assert apart == [name for name in STREAM if name != "version"]


def test_a_finding_goes_to_the_first_signal_that_may_still_take_it():
    """Before the closing day it belongs to the closed one; after it to the next, or to none."""
    filed = [Filed(1, date(2026, 10, 20)), Filed(2, None)]
    assert home_of(FINDING, filed) == 1
    assert home_of(replace(FINDING, first_day=date(2026, 11, 2)), filed) == 2
    assert home_of(replace(FINDING, first_day=date(2026, 11, 2)), filed[:1]) is None


def test_the_change_counts_not_the_day_it_was_seen():
    """A change placed before the closing belongs to the closed signal though its first day lies after it."""
    placed = Located(day=date(2026, 10, 18), low=date(2026, 10, 15), high=date(2026, 10, 25))
    late = replace(FINDING, first_day=date(2026, 10, 22), located=placed)
    assert began(late) == placed.day
    assert home_of(late, [Filed(1, date(2026, 10, 20))]) == 1


def test_findings_of_a_stream_stand_together_in_order():
    """Two episodes of one stream are one entry, the older first, however they came."""
    later = replace(FINDING, first_day=date(2026, 11, 2))
    found = together([later, FINDING, replace(FINDING, site="s-2")])
    assert [len(each) for each in found.values()] == [2, 1]
    assert found[stream_of(FINDING)] == [FINDING, later]
