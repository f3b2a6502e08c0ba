# SPDX-License-Identifier: Apache-2.0
"""The reference nation has the moments that its specification states, and repeats itself exactly."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.measures.columns import Columns, columns_digest
from nadzor.simulate.counts import SOURCES
from nadzor.simulate.ledger import Ledger
from nadzor.simulate.levels import WEEK, steady_volumes, usual_volumes
from nadzor.simulate.population import columns, everything
from nadzor.simulate.reference import REFERENCE, Scale, reference_nation
from nadzor.simulate.scales import scales
from nadzor.simulate.world import World, with_faults

MANY = 400
SMALL = Scale(volume=6.0)


@pytest.fixture(scope="module")
def nation() -> World:
    """Many devices, of which only what they are is looked at."""
    return reference_nation(1, devices=MANY)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Everything that the posts of one busy device tell."""
    world = reference_nation(1, devices=12)
    busy = max(world.devices, key=lambda one: sum(p.volume for p in world.posts if p.device == one))
    return Ledger(world, [post for post in world.posts if post.device == busy])


def within(values, mean: float, *, deviations: float = 5.0) -> bool:
    """Whether the mean of values could be this, give or take their standard error."""
    values = np.asarray(values, np.float64)
    return abs(values.mean() - mean) <= deviations * values.std() / np.sqrt(len(values))


def test_the_same_seed_gives_the_same_columns():
    """Every measure, every cell; another seed gives others."""
    one, again, other = (columns(reference_nation(s, devices=2, days=60, scale=SMALL)) for s in (1, 1, 2))
    assert columns_digest(one) == columns_digest(again)
    assert columns_digest(one) != columns_digest(other)


def test_a_device_more_changes_no_other():
    """Each device draws from its own streams, so its rows stay as they were."""
    few, more = (columns(reference_nation(1, devices=count, days=60, scale=SMALL)) for count in (2, 3))
    kept = {row for row in few.rows() if row.n}
    assert kept == {row for row in more.rows() if row.device in ("d-0000", "d-0001")}


def test_devices_are_spread_as_specified(nation):
    """Positives Beta(8, 92), agreement Beta(92, 8), failures gamma(2, .004), noise .05 to .1."""
    manners = [device.manner for device in nation.devices]
    assert within([one.positive for one in manners], 0.08)
    assert within([one.agreement for one in manners], 0.92)
    assert within([one.failing for one in manners], 0.008)
    assert np.std([one.positive for one in manners]) == pytest.approx(0.027, rel=0.15)
    assert np.std([one.failing for one in manners]) == pytest.approx(0.0057, rel=0.25)
    assert all(0.05 <= one.noise <= 0.1 for one in manners)
    assert {len(device.versions) for device in nation.devices} == {1, 2, 3, 4}


def test_posts_are_spread_as_specified(nation):
    """One to seven sites, volumes lognormal around 25, sigma 0.8, site shifts of 0.15, four makers."""
    sites = [sum(post.device == device for post in nation.posts) for device in nation.devices]
    assert set(sites) == set(range(1, 8))
    assert within(sites, 4.0)
    volumes = np.log([post.volume for post in nation.posts])
    assert within(volumes, np.log(25.0))
    assert volumes.std() == pytest.approx(0.8, rel=0.1)
    assert np.std([post.prevalence_shift for post in nation.posts]) == pytest.approx(0.15, rel=0.1)
    assert np.std([post.trend for post in nation.posts]) == pytest.approx(0.02, rel=0.1)
    assert len({name for post in nation.posts for name in post.equipment}) == 4
    assert {post.zone for post in nation.posts} >= {2, 3, 12}


def test_versions_reach_the_sites_within_ten_days(nation):
    """A roll-out is staggered, but not for long."""
    waits = [
        (arrived - version.released_on).days
        for post in nation.posts
        for arrived, version in post.arrivals[1:]
    ]
    assert min(waits) == 0
    assert max(waits) == 10
    assert within(waits, 5.0)


def test_claims_are_true(nation):
    """Every declared lower bound lies below what the device really does."""
    for device in nation.devices:
        true = {"sensitivity": device.findings[0].sensitivity, "specificity": device.findings[0].specificity}
        assert all(claim.lower_bound < true[claim.metric] for claim in device.claims)


def test_volumes_follow_week_holidays_and_luck(nation):
    """The day's luck has a variation of 0.15 around weekday, holidays of nation and region, and trend."""
    post = nation.posts[0]
    steady = steady_volumes(nation, post)
    luck = usual_volumes(nation, post) / steady
    assert within(luck, 1.0)
    assert luck.std() == pytest.approx(0.15, rel=0.15)
    plain = [post.volume * WEEK[day.weekday()] for day in nation.days()]
    rests = {day for day, low in zip(nation.days(), steady < 0.2 * np.array(plain), strict=True) if low}
    own = {day for region, day in nation.regional if region == post.region}
    assert rests == {day for day in nation.holidays | own if nation.first <= day < nation.after}
    assert date(2026, 1, 1) in rests
    assert own - nation.holidays


def test_studies_are_as_the_device_is(ledger):
    """Shares of positives, agreement, failures, labels and lateness among a hundred thousand studies."""
    told, manner = ledger.told, ledger.posts[0].device.manner
    processed = ledger.processed & ~told.again
    assert told.said.positive[0, processed].mean() == pytest.approx(manner.positive, rel=0.2)
    agree = (told.said.positive == told.said.seen)[0, processed]
    assert agree.mean() == pytest.approx(manner.agreement, abs=0.005)
    assert (told.outcome == 1).mean() == pytest.approx(manner.failing, rel=0.2)
    assert told.labelled[processed].mean() == pytest.approx(0.1, rel=0.05)
    assert told.reviewed[processed].all()
    wait = told.label_day - told.day
    assert (int(wait.min()), int(wait.max())) == (30, 60)
    heard = ~told.again & (told.day < ledger.world.length - 8)
    late = told.since[heard] - told.day[heard]
    assert (late > 0).mean() == pytest.approx(REFERENCE.late, rel=0.2)
    assert late.max() == 7


def test_labels_meet_the_declared_shares(ledger):
    """Sensitivity and specificity of all studies are those of the device, and so above its claims."""
    said, finding = ledger.told.said, ledger.posts[0].device.findings[0]
    processed = ledger.processed
    positive, present = said.positive[0, processed], said.present[0, processed]
    assert positive[present].mean() == pytest.approx(finding.sensitivity, abs=0.02)
    assert (~positive[~present]).mean() == pytest.approx(finding.specificity, abs=0.02)


def test_scores_fill_their_registered_bins_evenly():
    """Bins are quantiles of the baseline, so each gets the same share of scores."""
    world = reference_nation(1, devices=1)
    told = columns(world, wanted=[("scores", "all")]).blocks["scores", "all"]
    share = np.bincount(told.bin, told.n) / told.n.sum()
    assert len(share) == len(scales(world)["d-0000", "finding"]) + 1 == world.bins
    assert share == pytest.approx(1.0 / world.bins, rel=0.15)


def test_days_vary_more_than_poisson(ledger):
    """Daily positives are over-dispersed, as the specification asks."""
    told, level = ledger.told, ledger.levels[0]
    mine = (ledger.place == 0) & ~told.again
    counts = np.bincount(told.day[mine], minlength=ledger.world.length)
    steady = steady_volumes(ledger.world, ledger.posts[0])
    residual = (counts - steady) / np.sqrt(steady)
    assert residual.var() > 1.2
    assert level.volume.mean() == pytest.approx(steady.mean(), rel=0.05)


def test_only_wanted_measures_are_counted():
    """What nobody asks for takes no memory; what is asked for is there."""
    world = reference_nation(1, devices=1, days=30, scale=SMALL)
    told = columns(world, wanted=[("studies", "all"), ("failed", "stage")])
    assert isinstance(told, Columns)
    assert set(told.blocks) == {("studies", "all"), ("failed", "stage")}
    assert {measure for measure, _ in everything()} == set(SOURCES)
    with pytest.raises(KeyError):
        columns(world, wanted=[("delay", "all")])


def test_a_nation_without_days_or_devices_is_empty():
    """Nothing to count is nothing counted, without a complaint."""
    assert len(columns(reference_nation(1, devices=0, days=30))) == 0
    one_day = reference_nation(1, devices=1, days=1, scale=SMALL)
    assert one_day.after - one_day.first == timedelta(days=1)
    assert {row.known for row in columns(with_faults(one_day, ())).rows()} <= {one_day.first}
