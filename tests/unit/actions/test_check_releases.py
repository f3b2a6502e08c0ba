# SPDX-License-Identifier: Apache-2.0
"""A check of everything: how often the attack is made, and whose report stands under which name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions import check_release
from nadzor.actions.check_release import check_releases
from nadzor.base.home import Home
from tests.open_samples import release, table
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db


def test_a_quarter_is_attacked_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published tables of one quarter share a report; what was only built, and other quarters, do not."""
    asked: list[str] = []

    def attacked(house: Home, series: str, period: str, **given: object) -> str:
        asked.append(period)
        return f"report {len(asked)}"

    monkeypatch.setattr(check_release, "check_release", attacked)
    for back, (period, is_out) in enumerate(
        [("2026-01", True), ("2026-03", True), ("2026-04", True), ("2026-05", False)]
    ):
        release(home, table(period), at=NOW - back * timedelta(hours=1), is_out=is_out)
    reports = {name.split()[1]: found for name, found in check_releases(home, now=NOW).items()}
    assert sorted(reports) == ["2026-01", "2026-03", "2026-04", "2026-05"]
    assert reports["2026-01"] == reports["2026-03"]
    assert len({*reports.values()}) == len(asked) == 3
