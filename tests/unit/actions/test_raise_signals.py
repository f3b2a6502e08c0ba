# SPDX-License-Identifier: Apache-2.0
"""Findings become signals once, with what surrounds them; later words are appended, never written over."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from nadzor.actions import raise_signals as action
from nadzor.actions.import_register import import_register
from nadzor.actions.raise_signals import raise_signals
from nadzor.actions.run_detectors import check_claims, days_off
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.measures.rollup import Row
from nadzor.people.queries import CONSOLE
from nadzor.records import audit, notices
from nadzor.telemetry.store import Rollups
from nadzor.vigilance import queries
from nadzor.vigilance.cards import LabelCount
from nadzor.vigilance.queries import SignalFilter
from tests.register_samples import NOW, device, register
from tests.rollup_samples import row, steady, write_rollups

pytestmark = pytest.mark.django_db

START = date(2026, 5, 4)
BREAK = date(2026, 10, 5)
LAST = date(2026, 11, 21)
NODULE = {"finding": "lung_nodule"}


@pytest.fixture(autouse=True)
def _register() -> None:
    import_register(register(device()), by=CONSOLE, now=NOW)


def _failing() -> list[Row]:
    return [*steady(START, BREAK), *steady(BREAK, LAST, failed=12)]


def _labels(*, tp: int, fn: int, day: date = date(2026, 10, 1)) -> list[Row]:
    split = {"dimension": "selection", "stratum": "all"}
    counts = {"tp": tp, "fn": fn}
    rows = [row(name, n, day, site="s-1", **NODULE) for name, n in counts.items()]
    rows += [row(name, n, day, site="s-1", **split, **NODULE) for name, n in counts.items()]
    return [*rows, row("labels", tp + fn, day, site="s-1", **split, **NODULE)]


def test_a_quiet_house_raises_nothing(home: Home) -> None:
    """Steady days and no label: no signal, no notice, no audit entry."""
    write_rollups(home, steady(START, LAST))
    report = raise_signals(home, now=NOW)
    assert (report.raised, report.appended, report.standing) == (0, 0, 0)
    assert notices.of("inspector", None) == []
    assert audit.entries(verb="vigilance.signal.raise") == []


def test_a_failing_version_is_filed_once(home: Home) -> None:
    """A rise of failures becomes one signal with the whole finding; a second run adds nothing."""
    write_rollups(home, _failing())
    first, second = raise_signals(home, now=NOW), raise_signals(home, now=NOW)
    assert (first.raised, first.raised_by) == (1, {"failure_cusum": 1})
    assert (second.raised, second.appended, second.standing) == (0, 0, 1)
    (listed,) = queries.signals().rows
    card = queries.signal(listed.id)
    assert (listed.device, listed.version, listed.state) == ("ai-901", "1.0", "raised")
    assert BREAK <= listed.first_day < BREAK + timedelta(days=14)
    assert card.raised_by.statistic >= card.raised_by.threshold
    assert len(card.evidence) == 1


def test_the_way_back_leads_to_the_rows(home: Home) -> None:
    """The card's question, put to the rollups, gives the rows of the finding's device and days."""
    write_rollups(home, _failing())
    raise_signals(home, now=NOW)
    way = queries.signal(queries.signals().rows[0].id).way_back
    assert way.measures == ("failed", "studies")
    asked = {"device": way.device, "version": way.version, "since": way.first, "until": way.after}
    rows = Rollups.open(home).rows("failed", **asked)
    assert {each.day for each in rows} >= {BREAK, way.after - timedelta(days=1)}


def test_raising_is_audited_and_told(home: Home) -> None:
    """Each signal has its audit entry; inspectors have one notice for the run, in both languages."""
    write_rollups(home, _failing())
    raise_signals(home, now=NOW)
    (entry,) = audit.entries(verb="vigilance.signal.raise")
    assert entry.object == f"signal {queries.signals().rows[0].id}"
    assert entry.facts["rows"] == queries.signal(queries.signals().rows[0].id).raised_by.rows_hash
    (told,) = notices.of("inspector", None)
    assert "1" in told.text.ru and "1" in told.text.en


def test_a_contradicted_claim_says_what_tested_it(home: Home) -> None:
    """Labels below the declared bound raise a signal that names them, their selection, what they can show."""
    write_rollups(home, [*steady(START, LAST, failed=0), *_labels(tp=60, fn=60)])
    assert raise_signals(home, now=NOW).raised_by == {"claim_check": 1}
    (listed,) = queries.signals(SignalFilter(detector="claim_check")).rows
    around = queries.signal(listed.id).circumstances
    assert around.labels == (LabelCount("all", 120),)
    (drop,) = around.smallest_drops
    assert (drop.finding, drop.metric, drop.labels, drop.declared) == (
        "lung_nodule",
        "sensitivity",
        120,
        0.91,
    )
    assert drop.drop is not None
    assert 0.04 < drop.drop < 0.3
    assert around.version_registered is True


def test_claims_are_judged_for_a_device(home: Home) -> None:
    """Each claim of a device has its verdict, also while no label tests it."""
    write_rollups(home, [*steady(START, LAST, failed=0), *_labels(tp=118, fn=2)])
    (verdict,) = check_claims(Rollups.open(home), device="ai-901")
    assert (verdict.claim.finding, verdict.outcome) == ("lung_nodule", "consistent")
    write_rollups(home, steady(START, LAST, failed=0))
    (untested,) = check_claims(Rollups.open(home), device="ai-901")
    assert (untested.outcome, untested.reason) == ("untestable", "no_labels")


def test_silence_is_heard_but_not_today(home: Home) -> None:
    """A site that stops is heard; the day that still runs is not yet a silent one."""
    stops = LAST - timedelta(days=21)
    write_rollups(
        home, [*steady(START, LAST, failed=0, site="s-1"), *steady(START, stops, failed=0, site="s-2")]
    )
    raise_signals(home, now=NOW)
    heard = queries.signals(SignalFilter(detector="silence")).rows
    assert [signal.site for signal in heard] == ["s-2"]
    assert heard[0].first_day < LAST


def test_later_words_are_appended_a_day_apart(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding said differently on a later day is appended once; the first evidence stays as it was."""
    write_rollups(home, _failing())
    raise_signals(home, now=NOW)
    before = queries.signal(queries.signals().rows[0].id)
    told = msgspec.structs.replace(before.raised_by, statistic=before.raised_by.statistic + 1)
    monkeypatch.setattr(action, "run_detectors", lambda rollups, today: [told])
    assert raise_signals(home, now=NOW).appended == 0
    tomorrow = NOW + timedelta(days=1)
    assert [raise_signals(home, now=tomorrow).appended for _ in range(2)] == [1, 0]
    after = queries.signal(before.row.id)
    assert after.evidence[0] == before.evidence[0]
    assert after.latest.finding.statistic == told.statistic
    assert after.raised_by == before.raised_by


def test_without_rollups_nothing_is_said(home: Home) -> None:
    """Before the first roll-up the action refuses instead of finding everything quiet."""
    with pytest.raises(Refusal) as refusal:
        raise_signals(home, now=NOW)
    assert refusal.value.code == "rollup.missing"


def test_holidays_come_from_the_calendar() -> None:
    """The detector's holidays are the weekdays off of the loaded years."""
    assert date(2026, 11, 4) in days_off()
    assert date(2026, 11, 5) not in days_off()
