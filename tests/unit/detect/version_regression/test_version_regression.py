# SPDX-License-Identifier: Apache-2.0
"""Releases after which a device is worse: found, named, told apart from what came before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.series import Days
from nadzor.detect.version_regression.detector import BUDGET, READS, detect
from nadzor.detect.version_regression.episodes import PARTS
from nadzor.detect.version_regression.evidence import WAYS, mixed
from nadzor.detect.words import sentence
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)
RELEASE = 120
A_DAY = 25
Share = Callable[[int, str, str], float]


def usual(day: int, version: str, site: str) -> float:
    """A tenth is disagreed with, always."""
    return 0.1


def worse(day: int, version: str, site: str) -> float:
    """A fifth is disagreed with under the second version."""
    return 0.2 if version == "2.0" else 0.1


def slightly(day: int, version: str, site: str) -> float:
    """A seventh is disagreed with under the second version: days pass before it shows."""
    return 0.145 if version == "2.0" else 0.1


def upgraded(day: int, site: str) -> str:
    """Every site has the second version from the day of the release on."""
    return "2.0" if day >= RELEASE else "1.0"


def evenly(day: int, share: float) -> int:
    """So many of a day's studies that over the days their share is exactly this."""
    return int((day + 1) * A_DAY * share + 1e-9) - int(day * A_DAY * share + 1e-9)


def nation(
    disagreed: Share = usual,
    *,
    days: int = 200,
    version: Callable[[int, str], str] = upgraded,
    failing: Share = lambda day, version, site: 0.02,
    sites: int = 4,
) -> Iterator[Row]:
    """One device at several sites, each on equipment of its own."""
    for day in range(days):
        for number in range(sites):
            site = f"s-{number}"
            runs = version(day, site)
            no = evenly(day, disagreed(day, runs, site))
            failed = evenly(day, failing(day, runs, site))
            counts = (
                ("studies", "all", "", A_DAY), ("failed", "all", "", failed),
                ("agree", "equipment", f"e-{number % 2}", A_DAY - no),
                ("disagree", "equipment", f"e-{number % 2}", no),
            )  # fmt: skip
            on = FIRST + timedelta(days=day)
            for measure, dimension, stratum, n in counts:
                yield Row(
                    on, on, "d-1", runs, site=site, dimension=dimension, stratum=stratum, measure=measure,
                    finding="nodule" if dimension == "equipment" else "", n=n,
                )  # fmt: skip


def test_a_worse_version_is_named_within_days():
    """Disagreement that doubles with a release is told within five days, with the version and the sites."""
    (found,) = detect(list(nation(worse)))
    assert (found.kind, found.device, found.version) == ("version.regression", "d-1", "2.0")
    assert found.first_day <= FIRST + timedelta(days=RELEASE + 4)
    assert set(found.facts["sites"]) <= {"s-0", "s-1", "s-2", "s-3"} and len(found.facts["sites"]) >= 2
    assert found.facts["sites_watched"] == 4
    assert found.effect.low < -0.1 and found.effect.high < 0
    assert found.facts["estimate_chosen_by_alarm"] is True


def test_a_release_that_changes_nothing_is_no_finding():
    """A version under which everything is as before says nothing."""
    assert detect(list(nation())) == []


def test_only_the_sites_that_got_worse_are_named():
    """When one equipment is worse under the version, its sites and its name are told, the others not."""

    def on_one(day: int, version: str, site: str) -> float:
        return 0.25 if version == "2.0" and site in ("s-1", "s-3") else 0.1

    (found,) = detect(list(nation(on_one)))
    assert set(found.facts["sites"]) == {"s-1", "s-3"}
    assert found.facts["equipment"] == ["e-1"]
    assert "s-1" in sentence(found).en and "2.0" in sentence(found).ru


def test_a_shift_before_the_release_is_not_ascribed_to_it():
    """Disagreement that rose six weeks before the release is no version's fault."""

    def earlier(day: int, version: str, site: str) -> float:
        return 0.2 if day >= RELEASE - 45 else 0.1

    assert detect(list(nation(earlier))) == []


def test_sites_that_wait_earn_a_causal_word():
    """With sites that do not have the version, the difference in differences is what is told."""

    def half(day: int, site: str) -> str:
        return "2.0" if day >= RELEASE and site in ("s-0", "s-1") else "1.0"

    (found,) = detect(list(nation(slightly, version=half, sites=12)))
    assert found.kind == "version.regression.compared"
    assert found.facts["design"] == "difference_in_differences"
    assert found.effect.low <= -0.045 <= found.effect.high < 0


def test_what_happens_to_waiting_sites_too_is_not_called_caused():
    """When sites without the version get worse on the same day, no causal word is used."""

    def everywhere(day: int, version: str, site: str) -> float:
        return 0.2 if day >= RELEASE else 0.1

    def half(day: int, site: str) -> str:
        return "2.0" if day >= RELEASE and site in ("s-0", "s-1") else "1.0"

    assert {one.kind for one in detect(list(nation(everywhere, version=half)))} == {"version.regression"}


def test_a_return_to_the_old_version_is_told():
    """When sites go back and agreement comes back with them, a later finding says so."""

    def back(day: int, site: str) -> str:
        return "2.0" if RELEASE <= day < RELEASE + 20 else "1.0"

    alarm, recovery = detect(list(nation(worse, version=back)))
    assert (alarm.kind, recovery.kind) == ("version.regression", "version.recovered")
    assert recovery.version == "2.0" and recovery.effect.estimate > 0.05
    assert recovery.located.day == FIRST + timedelta(days=RELEASE + 20) <= recovery.first_day


def test_failures_that_rise_with_a_release_are_told():
    """Failures six times as frequent under the version are a finding with their ratio."""
    found = detect(list(nation(failing=lambda day, version, site: 0.12 if version == "2.0" else 0.02)))
    assert [one.kind for one in found] == ["version.failures"]
    assert found[0].effect.low <= 6.0 <= found[0].effect.high
    assert found[0].facts["moved"][0] == "failures"


@pytest.mark.parametrize("days", [0, 1, 20, 120])
def test_too_few_days_are_no_finding(days):
    """Without days before the release and some after it there is nothing to say."""
    assert detect(list(nation(worse, days=days))) == []


def test_a_version_of_the_first_days_is_not_judged():
    """A device whose second version comes in its fourth week has no days to compare with."""
    assert detect(list(nation(worse, version=lambda day, site: "2.0" if day >= 20 else "1.0"))) == []


def test_what_was_said_stays():
    """The finding of a nation that ends a week later is the same."""
    before, after = (detect(list(nation(worse, days=days))) for days in (140, 160))
    assert before == after


def test_releases_share_a_year_of_budget():
    """The parts of a year's releases add up to the budget, and all ways of getting worse to one."""
    assert sum(PARTS) * BUDGET == pytest.approx(BUDGET)
    assert sum(way.weight for way in WAYS) == pytest.approx(1.0)


def test_evidence_starts_at_one_and_shrinks_without_a_change():
    """With nothing seen the mixture is 1; when agreement is exactly as before it is below."""
    nothing, much = np.zeros((1, 2)), np.array([[0.0, 400.0]])
    told = mixed({"disagreement": (nothing, much)}, {}, {2.5: nothing, 6.0: nothing})
    assert told.log[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert told.log[0, 1] < -0.9


def test_reads_only_what_it_says():
    """Rows of other measures change nothing."""
    rows = list(nation(worse))
    day = FIRST + timedelta(days=RELEASE)
    assert detect(Days([*rows, Row(day, day, "d-1", "2.0", measure="declined", n=9)], READS)) == detect(rows)
