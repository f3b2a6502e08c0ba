# SPDX-License-Identifier: Apache-2.0
"""Each fault changes what it should, as much as it should, and nothing else of the nation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import numpy as np
import pytest
from scipy.special import logit

from nadzor.simulate.adverse import reports
from nadzor.simulate.fault import BENIGN, KINDS, Fault
from nadzor.simulate.ledger import Ledger
from nadzor.simulate.planting import DAYS, FITS, plant, sized
from nadzor.simulate.population import columns
from nadzor.simulate.reference import Scale, reference_nation
from nadzor.simulate.telling import FAILED
from nadzor.simulate.world import Habits, World, with_faults

AT = 90
LENGTH = 270
QUIET = Habits(reviewed=1.0, labelled=1.0, label_days=(1, 2))
MEASURES = ("studies", "failed", "declined", "positives", "agree", "duration", "scores", "fn", "heartbeats",
            "changes", "adverse_events", "time_to_sign")  # fmt: skip
STUDIES = {*MEASURES} - {"heartbeats", "changes", "adverse_events"}
REST = {"declined", "positives", "agree", "scores", "fn", "time_to_sign"}
CHANGED = {
    "silent_site": ("studies", {*MEASURES} - {"changes"}, 1.0),
    "outage": ("heartbeats", {*MEASURES} - {"changes"}, 1.0),
    "holiday": ("studies", STUDIES, 1.0),
    "under_reporting": ("studies", STUDIES, 0.6),
    "growth": ("studies", STUDIES, 0.5),
    "error_burst": ("failed", REST | {"failed"}, 40.0),
    "declined_rise": ("declined", REST, 8.0),
    "vendor_drift": ("scores", {"positives", "scores", "fn"}, 0.6),
    "season": ("positives", {"positives", "scores", "fn"}, 0.8),
    "calibration_decay": ("agree", {"agree"}, 1.2),
    "label_decay": ("fn", {"fn"}, 0.3),
    "slow": ("duration", {"duration"}, 1.6),
    "hasty": ("time_to_sign", {"time_to_sign", "agree"}, 0.3),
    "subgroup": ("agree", {"agree", "positives", "scores", "fn"}, 1.2),
    "safety_signal": ("adverse_events", {"adverse_events"}, 9.0),
}
"""What a fault must change, what it may change, its size; what is signed later is known later."""


@cache
def country(*faults: Fault) -> World:
    """Two devices, each reviewed and labelled whole, with these faults."""
    scale = Scale(volume=30.0, sites_max=2, clinics=6, reports_a_year=150.0, habits=QUIET)
    return with_faults(reference_nation(4, devices=2, days=LENGTH, scale=scale), faults)


def fault(kind: str, **where: object) -> Fault:
    """A fault of the second device, from day 90 on."""
    told = {"device": "d-0001", "days": DAYS.get(kind, LENGTH - AT), "size": CHANGED[kind][2], **where}
    if kind == "vendor_drift":
        told["equipment"] = country().posts[-1].equipment[0]
    if kind == "subgroup":
        told["stratum"] = "f"
    return Fault(kind=kind, first=country().first + timedelta(days=AT), **told)


@cache
def counted(*faults: Fault) -> dict[str, frozenset]:
    """The rows of each measure, without the days of knowing."""
    told = columns(country(*faults), wanted=[(measure, "all") for measure in MEASURES])
    return {measure: frozenset(told.only([(measure, "all")]).rows()) for measure in MEASURES}


@pytest.mark.parametrize("kind", sorted(CHANGED))
def test_a_fault_changes_what_it_should_and_nothing_else(kind):
    """Other measures, the other device and the days before are cell for cell as without it."""
    one = fault(kind, **({"device": ""} if kind in ("outage", "holiday") else {}))
    usual, hurt = counted(), counted(one)
    main, allowed, _ = CHANGED[kind]
    changed = {name for name in MEASURES if usual[name] != hurt[name]}
    assert {main} <= changed <= allowed
    for name in changed:
        different = usual[name] ^ hurt[name]
        assert all(max(row.day, row.known) >= one.first for row in different)
        assert one.device == "" or {row.device for row in different} == {one.device}
    assert len({row.device for row in usual[main] ^ hurt[main]}) == (1 if one.device else 2)


def ledger(*faults: Fault) -> Ledger:
    """Everything that the second device tells."""
    world = country(*faults)
    return Ledger(world, [post for post in world.posts if post.device.code == "d-0001"])


def share(of: Callable[[Ledger], np.ndarray], *faults: Fault, where: Callable | None = None) -> float:
    """A share of the processed studies from the fault's first day on."""
    book = ledger(*faults)
    chosen = book.processed & (book.told.day >= AT)
    if where:
        chosen &= where(book)
    return float(of(book)[chosen].mean())


def positive(book: Ledger) -> np.ndarray:
    """Which studies the device calls positive."""
    return book.told.said.positive[0]


def agreed(book: Ledger) -> np.ndarray:
    """Which studies the physician agrees about."""
    return book.told.said.positive[0] == book.told.said.seen[0]


def test_a_drifting_maker_moves_by_its_size():
    """On that maker's equipment alone positives rise by 0.6 logit, and scores by 0.6 deviations."""
    drift = fault("vendor_drift")

    def same(book: Ledger) -> np.ndarray:
        return book.equipment == book.equipment_names.index(drift.equipment)

    before, after = (share(positive, *told, where=same) for told in ((), (drift,)))
    assert logit(after) - logit(before) == pytest.approx(0.6, abs=0.12)
    others = [share(positive, *told, where=lambda book: ~same(book)) for told in ((), (drift,))]
    assert others[0] == others[1]


def test_labels_alone_decay_by_their_size():
    """A third of the sensitivity is gone; positives and agreement are as ever."""

    def present(book: Ledger) -> np.ndarray:
        return book.told.said.present[0]

    decay = fault("label_decay")
    before, after = (share(positive, *told, where=present) for told in ((), (decay,)))
    assert before - after == pytest.approx(0.3, abs=0.09)
    assert share(agreed) == share(agreed, decay)


def test_calibration_decays_in_a_straight_line():
    """Half way through 180 days agreement has lost half of the size, in logits."""
    decay = fault("calibration_decay")

    def around(book: Ledger) -> np.ndarray:
        return np.abs(book.told.day - (AT + 90)) < 30

    before, after = (share(agreed, *told, where=around) for told in ((), (decay,)))
    assert logit(after) - logit(before) == pytest.approx(-0.6, abs=0.1)


def test_under_reporting_lets_the_stated_share_through():
    """Six tenths of the studies come, a selection of the usual ones."""
    usual, fewer = ledger(), ledger(fault("under_reporting"))
    numbers = [set((book.place * 10**9 + book.told.number)[book.told.day >= AT]) for book in (usual, fewer)]
    assert numbers[1] < numbers[0]
    assert len(numbers[1]) / len(numbers[0]) == pytest.approx(0.6, abs=0.02)


def test_a_burst_multiplies_the_odds_of_failure():
    """For three days forty times the odds: most of the studies of a device that fails one in fifty."""
    burst = fault("error_burst")
    usual, hurt = ledger(), ledger(burst)
    rate = usual.levels[0].failing[AT : AT + 3]
    odds = 40.0 * rate / (1.0 - rate)
    assert hurt.levels[0].failing[AT : AT + 3] == pytest.approx(odds / (1.0 + odds))
    days = (hurt.told.day >= AT) & (hurt.told.day < AT + 3)
    assert (hurt.told.outcome[days] == FAILED).mean() == pytest.approx((odds / (1.0 + odds)).mean(), abs=0.1)


def test_copied_weeks_repeat_the_week_before():
    """Studies, positives and agreement of each weekday are those of the week that was copied."""
    first = country().first + timedelta(days=AT)
    book = ledger(Fault(kind="copied_weeks", device="d-0001", post=0, size=3, first=first, days=21))
    mine = book.place == 0
    tables = [
        np.bincount(book.told.day[mine & chosen], minlength=LENGTH)[AT - 7 : AT + 21].reshape(4, 7)
        for chosen in (book.processed, positive(book), agreed(book))
    ]
    for weeks in tables:
        assert (weeks == weeks[0]).all()
    after = np.bincount(book.told.day[mine], minlength=LENGTH)[AT + 21 : AT + 28]
    assert (after != tables[0][0]).any()


def test_invented_counts_are_too_regular_or_too_round():
    """A tenth of the variance, or multiples of ten on every day."""
    first = country().first + timedelta(days=AT)
    spread = []
    for told in (
        (),
        (Fault(kind="too_regular", device="d-0001", post=0, first=first, days=LENGTH, size=0.01),),
    ):
        book = ledger(*told)
        counts = np.bincount(book.told.day[book.place == 0], minlength=LENGTH)[AT:]
        steady = np.array([counts[day::7].mean() for day in range(7)])
        spread.append(np.var(counts - steady[np.arange(len(counts)) % 7]))
    assert spread[1] < 0.35 * spread[0]
    book = ledger(Fault(kind="round_numbers", device="d-0001", post=0, first=first, days=LENGTH, size=10.0))
    assert set(np.bincount(book.told.day[book.place == 0], minlength=LENGTH)[AT:] % 10) == {0}


def test_a_safety_signal_multiplies_one_problem():
    """The named problem is reported about nine times as often, the others exactly as often."""
    signal = fault("safety_signal", problem="A02")
    posts = ledger().posts
    before, after = (
        np.bincount(reports(country(*told), posts).problem, minlength=18) for told in ((), (signal,))
    )
    assert after[1] > 3 * before[1]
    assert np.delete(after, 1).tolist() == np.delete(before, 1).tolist()


def test_a_build_or_a_version_can_be_put_in_unannounced():
    """A new digest under the old name, or a name that the register does not know, and no change event."""
    first = country().first + timedelta(days=AT)
    for kind, part in (("new_build", 1), ("unregistered_version", 0)):
        world = country(Fault(kind=kind, device="d-0001", first=first, days=LENGTH))
        known = {(one.version, one.build)[part] for device in world.devices for one in device.versions}
        rows = [row for row in columns(world, wanted=[("studies", "all")]).rows() if row.device == "d-0001"]
        strange = {row.day >= first for row in rows if (row.version, row.build)[part] not in known}
        assert strange == {True}


def test_a_new_site_is_not_there_before_it_is_new():
    """Before its first day nothing is heard of it, afterwards everything as without the fault."""
    new = Fault(
        kind="new_site", device="d-0001", post=0, days=LENGTH, first=country().first + timedelta(days=AT)
    )
    for usual, later in zip(counted().values(), counted(new).values(), strict=True):
        assert later <= usual or all(row.known >= new.first for row in later - usual)


def test_a_scanner_change_moves_all_devices_of_a_clinic():
    """One maker's equipment there changes under every device, nowhere else."""
    world = reference_nation(4, devices=6, days=120, scale=Scale(clinics=3, sites_max=3, habits=QUIET))
    clinic = world.posts[0].clinic
    change = Fault(
        kind="scanner_change", equipment=world.posts[0].equipment[0], clinic=clinic, size=0.6, days=60,
        first=world.first + timedelta(days=60),
    )  # fmt: skip
    told = [set(columns(one, wanted=[("positives", "equipment")]).rows())
            for one in (world, with_faults(world, [change]))]  # fmt: skip
    different = told[0] ^ told[1]
    here = {post.device.code for post in world.posts if post.clinic == clinic}
    assert len(here) > 1
    assert {row.device for row in different} == here
    assert {(row.site, row.stratum) for row in different} == {(f"s-{clinic:05d}", change.equipment)}


def test_every_kind_can_be_planted_where_it_fits():
    """In a whole nation each kind finds devices of its own, begins in its window and repeats itself."""
    world = reference_nation(1, devices=80)
    for kind in KINDS:
        found = plant(kind, 5, world, 3)
        assert found == plant(kind, 5, world, 3)
        assert len(found) == 3
        assert all(200 <= world.day(one.first) < 340 for one in found)
        assert len({one.device for one in found}) in (1, 3)
        taken = {one.device for one in found if one.device}
        more = plant(kind, 5, with_faults(world, found), 3)
        assert not taken & {one.device for one in more}


def test_planted_faults_fit_their_devices():
    """A regression has a release with time around it, a drifting maker a fair share, a new site a sister."""
    world = reference_nation(1, devices=80)
    devices = {device.code: device for device in world.devices}
    for one in plant("version_regression", 5, world, 5):
        days = {version.version: version.released_on for version in devices[one.device].versions}
        assert days[one.version] == one.first
        assert sum(abs((day - one.first).days) < 60 for day in days.values()) == 1
    for one in plant("vendor_drift", 5, world, 5):
        posts = [post for post in world.posts if post.device.code == one.device]
        assert any(one.equipment in post.equipment for post in posts)
    assert set(FITS) <= set(KINDS)
    assert set(KINDS) >= BENIGN


def test_a_stronger_fault_departs_further_from_nothing():
    """Twice the strength is twice the departure, whatever the unit; half is half."""
    for kind in KINDS:
        weak, usual, strong = (sized(kind, strength) for strength in (0.5, 1.0, 2.0))
        assert weak <= usual <= strong or weak >= usual >= strong
    assert sized("error_burst", 2.0) == 11.0
    assert sized("hasty", 2.0) == pytest.approx(0.09)
