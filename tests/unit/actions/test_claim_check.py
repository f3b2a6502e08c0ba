# SPDX-License-Identifier: Apache-2.0
"""Claims of a device by version: testable before and now, a version without labels, agreement apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.actions.claim_check import Standing, claim_standings
from nadzor.actions.import_register import import_register
from nadzor.base.home import Home
from nadzor.measures.rollup import Row
from nadzor.people.queries import CONSOLE
from nadzor.register import queries as registered
from tests.register_samples import NOW, device, register
from tests.rollup_samples import row, write_rollups

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _filled() -> None:
    import_register(register(device()), by=CONSOLE, now=NOW)


def days_ago(n: int) -> date:
    """A day before today."""
    return TODAY - timedelta(days=n)


def labels(right: int, wrong: int, *, ago: int, version: str = "1.0") -> list[Row]:
    """Fair labels of sensitivity that became known so many days ago."""
    claim = registered.claims("ai-901")[0]
    more = {"dimension": "selection", "stratum": "all", "known": days_ago(ago), "version": version}
    counts = {"tp": right, "fn": wrong}
    return [row(name, n, days_ago(ago), finding=claim.finding, **more) for name, n in counts.items()]


def at_work(version: str = "1.0") -> Row:
    """A version that processed studies last week."""
    return row("processed", 5, days_ago(7), version=version)


def standings(home: Home, rows: list[Row]) -> dict[str, Standing]:
    """The sensitivity claim's standings by version."""
    write_rollups(home, rows)
    found = claim_standings(home, today=TODAY, device="ai-901")
    return {one.verdict.version: one for one in found if one.verdict.claim.metric == "sensitivity"}


def test_a_claim_that_was_testable_and_is_no_more(home: Home) -> None:
    """Good labels of long ago made it consistent; worse ones since then leave it open, and that is said."""
    found = standings(home, [at_work(), *labels(400, 4, ago=120), *labels(180, 90, ago=10)])["1.0"]
    assert (found.before, found.verdict.outcome) == ("consistent", "untestable")
    assert found.lost == "less_sure"
    assert found.outlook.recent == 270


def test_a_version_at_work_without_labels_is_on_the_list(home: Home) -> None:
    """It is untestable for want of labels, while another version could be tested."""
    found = standings(home, [at_work(), at_work("2.0"), *labels(400, 4, ago=10)])
    assert found["1.0"].verdict.outcome == "consistent"
    assert (found["2.0"].verdict.reason, found["2.0"].lost) == ("no_labels", "new_version")


def test_agreement_stands_apart_and_changes_nothing(home: Home) -> None:
    """Every physician agreeing leaves a claim without labels untestable."""
    finding = registered.claims("ai-901")[0].finding
    agreed = [
        row("agree", 500, days_ago(9), finding=finding),
        row("disagree", 0, days_ago(9), finding=finding),
    ]
    found = standings(home, [at_work(), *agreed])["1.0"]
    assert (found.agreement, found.pairs) == (1.0, 500)
    assert found.verdict.outcome == "untestable"
