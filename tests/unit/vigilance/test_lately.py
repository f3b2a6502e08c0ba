# SPDX-License-Identifier: Apache-2.0
"""The figure behind a finding: which one it is, over the last days, within its control limits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from nadzor.detect.dossier import DETECTORS
from nadzor.detect.finding import Baseline, Located
from nadzor.detect.suite import detector
from nadzor.detect.words import kinds
from nadzor.vigilance.control import points_of
from nadzor.vigilance.lately import DAYS, Day, baseline_of, days_of, lately, where_of
from nadzor.vigilance.measured import MEASURED, WITHOUT_DAYS, measured, split_of
from tests.unit.vigilance.signals import FINDING

ON = date(2026, 11, 21)
FAILED = next(one for one in MEASURED if one.key == "failed")
SCORES = next(one for one in MEASURED if one.key == "scores")
VOLUME = MEASURED[-1]


def days(over, under=100.0, *, n=DAYS, squares=0.0):
    """So many days that end yesterday, all alike."""
    return [Day(ON - timedelta(days=back), over, under, squares) for back in range(n, 0, -1)]


def with_rate(rate, **window):
    """The finding against a rate."""
    return replace(FINDING, baseline=Baseline(hash="b" * 64, rate=rate, **window))


@pytest.mark.parametrize(
    ("reads", "key"),
    [
        ({"studies", "failed"}, "failed"),
        ({"agree", "disagree", "studies"}, "agreement"),
        ({"scores", "decided", "positives"}, "scores"),
        ({"positives", "decided"}, "positives"),
        ({"declined", "studies"}, "declined"),
        ({"duration"}, "duration"),
        ({"studies", "heartbeats"}, "volume"),
    ],
)
def test_what_is_counted_follows_from_what_is_read(reads, key):
    """The measure that tells most of those the detector reads; nothing is named by detector."""
    found = measured(FINDING, reads)
    assert found is not None and found.key == key


def test_nothing_countable_is_nothing():
    """Labels alone are no daily figure."""
    assert measured(FINDING, {"tp", "fn", "labels"}) is None


def test_every_detector_of_the_house_is_drawn_or_has_nothing_to_draw():
    """Reading its measures never fails, whatever detector comes later."""
    read = {name: {measure for measure, _ in detector(name).READS} for name in DETECTORS}
    found = {name: measured(replace(FINDING, detector=name), reads) for name, reads in read.items()}
    assert found["failure_cusum"] == FAILED and set(found) == set(DETECTORS)


def test_rows_are_asked_for_as_the_detector_watched_them():
    """A site across its versions, a version across its sites, a stratum where the measure has it."""
    assert where_of(replace(FINDING, site="s-1", version="1.0"), FAILED) == {
        "dimension": "all", "device": "ai-001", "site": "s-1",
    }  # fmt: skip
    assert (
        where_of(replace(FINDING, site="", dimension="equipment", stratum="acme"), FAILED)["version"] == "1.0"
    )
    assert split_of(replace(FINDING, dimension="moon", stratum="full"), FAILED) == ("all", "")
    assert split_of(replace(FINDING, dimension="equipment", stratum="acme"), SCORES) == ("equipment", "acme")


def test_a_share_is_held_against_its_rate():
    """Five in a hundred against one in a hundred deviates; one in a hundred does not."""
    told = lately(with_rate(0.01), FAILED, days(5.0), on=ON)
    assert told is not None and told.deviates and told.value == 0.05 and told.low < 0.05 < told.high
    at_ease = lately(with_rate(0.01), FAILED, days(1.0), on=ON)
    assert at_ease is not None and not at_ease.deviates


def test_over_dispersion_widens_the_interval():
    """The same counts prove less where days differ more than chance."""
    plain = lately(with_rate(0.01), FAILED, days(5.0), on=ON)
    spread = lately(replace(with_rate(0.01), over_dispersion=4.0), FAILED, days(5.0), on=ON)
    assert plain and spread and spread.high - spread.low > 1.5 * (plain.high - plain.low)


def test_too_little_says_nothing():
    """Few observations, or no baseline at all: no figure rather than one that looks like one."""
    assert lately(with_rate(0.01), FAILED, days(0.0, 1.0, n=5), on=ON) is None
    assert lately(with_rate(None), FAILED, days(5.0), on=ON) is None
    assert lately(with_rate(0.01), FAILED, [], on=ON) is None


def test_a_count_is_held_against_its_window():
    """Twenty studies a day in the window, none since: silent, with a bound above zero."""
    first = ON - timedelta(days=80)
    window = [Day(first + timedelta(days=n), 20.0, 1.0) for n in range(40)]
    finding = with_rate(None, first=first, after=first + timedelta(days=40))
    told = lately(finding, VOLUME, window, on=ON)
    assert told is not None and (told.value, told.baseline, told.deviates) == (0.0, 20.0, True)


def test_bins_are_added_with_their_squares():
    """The mean place and its spread come from counts by bin."""
    rows = [(ON, 2, 3), (ON, 4, 1)]
    assert days_of(SCORES, {"scores": rows}) == [Day(ON, 10.0, 4.0, 28.0)]


def test_points_beyond_three_sigmas_are_outside():
    """A day of ten in a hundred about one in a hundred lies beyond; limits stay within zero and one."""
    points = points_of([*days(1.0, n=20), Day(ON, 10.0, 100.0)], shape="share", centre=0.01, phi=1.0)
    assert [point.is_outside for point in points] == [False] * 20 + [True]
    assert all(0.0 <= point.low <= point.high <= 1.0 for point in points)


def test_little_is_gathered_by_weeks():
    """Three studies a day are no points; weeks are, and begin on Mondays."""
    points = points_of(days(0.0, 3.0, n=28), shape="share", centre=0.1, phi=1.0)
    assert len(points) in {4, 5}
    assert {point.day.weekday() for point in points} == {0}
    assert sum(point.n for point in points) == 84


def test_means_have_the_spread_of_the_days():
    """Bins without spread have no width; bins with spread have limits on both sides."""
    flat = points_of(days(500.0, squares=2500.0), shape="bins", centre=5.0, phi=1.0)
    wide = points_of(days(500.0, squares=2900.0), shape="bins", centre=5.0, phi=1.0)
    assert flat[0].high == flat[0].low == 5.0
    assert wide[0].low < 5.0 < wide[0].high
    assert points_of([], shape="share", centre=0.1, phi=1.0) == []


def test_days_before_the_change_are_not_the_last_days():
    """A silence of three days is measured by its three days, not by the weeks before it."""
    start = ON - timedelta(days=3)
    finding = replace(
        with_rate(None, first=ON - timedelta(days=60), after=start),
        first_day=ON - timedelta(days=1),
        located=Located(day=start, low=start, high=start),
    )
    worked = [Day(ON - timedelta(days=back), 20.0, 1.0) for back in range(60, 3, -1)]
    told = lately(finding, VOLUME, worked, on=ON)
    assert told is not None and (told.days, told.value, told.baseline) == (3, 0.0, 20.0)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_has_its_figure_or_is_known_to_have_none(kind):
    """By its own name, so that a detector that reads much is not drawn by the first thing it reads."""
    found = measured(replace(FINDING, kind=kind), set())
    silent = kind.startswith((*WITHOUT_DAYS, "version.unregistered", "version.new_build"))
    assert (found is None) == silent


def test_a_figure_is_measured_over_its_window_and_not_by_a_learned_scale():
    """A rate that is no share stays out; a site is held against the rate of the others."""
    base = replace(FINDING.baseline, first=date(2026, 8, 1), after=date(2026, 8, 3), rate=1.09)
    days = [Day(date(2026, 8, 1), 2.0, 40.0), Day(date(2026, 8, 2), 4.0, 60.0)]
    learned = replace(FINDING, kind="declined.rise", baseline=base)
    assert baseline_of(learned, FAILED, days) == pytest.approx(0.06)
    others = replace(FINDING, kind="disparity.failures", baseline=replace(base, rate=0.02))
    assert baseline_of(others, FAILED, days) == 0.02


def test_a_version_is_seen_beside_the_days_before_it():
    """Its finding is drawn of the whole device: of the version alone there would be no day to compare."""
    assert "version" not in where_of(replace(FINDING, kind="version.regression", site=""), FAILED)
    assert where_of(replace(FINDING, site=""), FAILED)["version"] == FINDING.version
