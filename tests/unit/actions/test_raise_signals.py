# SPDX-License-Identifier: Apache-2.0
"""Findings become signals once, with what surrounds them; later words are appended, never written over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import msgspec
import pytest
from msgspec.structs import replace

from nadzor.actions import file_signal as file_action
from nadzor.actions import raise_signals as action
from nadzor.actions.error_budget import kept_budget
from nadzor.actions.import_register import import_register
from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.actions.raise_signals import raise_signals
from nadzor.actions.run_detectors import Run, check_claims, days_off
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.detect.finding import Finding
from nadzor.detect.suite import reads
from nadzor.measures.rollup import Row
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.procedures.signal import ARCHIVED, EXPLAINED, REGRESSED, RESOLVED
from nadzor.records import audit, notices
from nadzor.telemetry.store import Rollups
from nadzor.vigilance import queries
from nadzor.vigilance.cards import LabelCount
from nadzor.vigilance.models import Signal
from nadzor.vigilance.queries import SignalFilter
from tests.register_samples import NOW, device, register
from tests.rollup_samples import row, steady, write_rollups
from tests.unit.vigilance.signals import FINDING

pytestmark = pytest.mark.django_db

START = date(2026, 5, 4)
BREAK = date(2026, 10, 5)
LAST = date(2026, 11, 21)
FOUND = replace(FINDING, device="ai-901", kind="failure.rise")
INSPECTOR = Person("ivanova", "Ivanova", Role.INSPECTOR)
RELEASES = {"1.0": date(2026, 1, 10), "1.5": date(2026, 3, 1), "2.0": date(2026, 9, 1)}
THREE = ("silence", "failure_cusum", "claim_check")
NODULE = {"finding": "lung_nodule"}


@pytest.fixture(autouse=True)
def _register() -> None:
    import_register(register(device()), by=CONSOLE, now=NOW)


@pytest.fixture(autouse=True)
def _three_detectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why: the days of these samples are all alike, which other detectors rightly call too regular."""
    monkeypatch.setattr(action, "run_detectors", partial(action.run_detectors, only=THREE))


def _telling(findings: list[Finding]) -> Callable[..., Run]:
    """A run that finds just these."""
    return lambda rollups, today: Run(rollups.columns(reads(THREE)), findings)


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


def test_a_run_keeps_the_error_budget(home: Home) -> None:
    """Without a second run: what was raised, over how many device-years, of which rollup."""
    write_rollups(home, _failing())
    raise_signals(home, now=NOW)
    kept = kept_budget(home)
    assert kept is not None
    assert (kept.total.total.raised, kept.rollup) == (1, Rollups.open(home).manifest.digest)
    assert kept.devices["ai-901"].total.device_years == pytest.approx((LAST - START).days / 365)
    assert [(one.detector, one.device) for one in kept.evidence] == [("failure_cusum", "ai-901")]


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
    monkeypatch.setattr(action, "run_detectors", _telling([told]))
    assert raise_signals(home, now=NOW).appended == 0  # one evidence a day
    tomorrow = NOW + timedelta(days=1)
    assert [raise_signals(home, now=tomorrow).appended for _ in range(2)] == [1, 0]
    after = queries.signal(before.row.id)
    assert after.evidence[0] == before.evidence[0]
    assert after.latest.finding.statistic == told.statistic
    assert after.raised_by == before.raised_by


def _nights(home: Home, monkeypatch: pytest.MonkeyPatch, said: list[list[Finding]]) -> None:
    """One run a night, each told what the detectors find."""
    for night, findings in enumerate(said):
        monkeypatch.setattr(action, "run_detectors", _telling(findings))
        raise_signals(home, now=NOW + timedelta(days=night))


def test_a_growing_history_gives_one_signal_a_matter(home: Home) -> None:
    """Night after night over a history that grows: one signal, whose evidence grows with it."""
    start, after = START, date(2026, 10, 30)
    for night in range(1, 24):
        until = after + timedelta(days=night)
        write_rollups(home, [*steady(start, BREAK), *steady(BREAK, until, failed=12)])
        raise_signals(home, now=datetime.combine(until, NOW.timetz()))
    (row,) = queries.signals().rows
    card = queries.signal(row.id)
    assert row.detector == "failure_cusum"
    assert 2 <= len(card.evidence) <= 5
    assert row.course in {"ongoing", "escalating"}
    assert card.circumstances.lately is not None
    assert card.circumstances.lately.value == pytest.approx(12 / 40, rel=0.01)


def test_late_data_do_not_make_a_second_signal(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first day moves by late data, a second episode joins: still one signal, both are evidence."""
    write_rollups(home, _failing())
    earlier = replace(FOUND, first_day=FOUND.first_day - timedelta(days=3), rows_hash="e" * 64)
    again = replace(FOUND, first_day=FOUND.first_day + timedelta(days=9), rows_hash="f" * 64)
    _nights(home, monkeypatch, [[FOUND], [earlier], [earlier, again]])
    (row,) = queries.signals().rows
    evidence = queries.signal(row.id).evidence
    assert [each.finding.first_day for each in evidence] == [
        FOUND.first_day, earlier.first_day, again.first_day,
    ]  # fmt: skip
    assert (evidence[-1].episodes, row.course) == (2, "escalating")


def test_what_no_longer_stands_is_said_and_may_return(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Completed data take a finding away: that is evidence, too; found again, it stands again."""
    write_rollups(home, _failing())
    _nights(home, monkeypatch, [[FOUND], [], [], [FOUND]])
    (row,) = queries.signals().rows
    assert [each.stands for each in queries.signal(row.id).evidence] == [True, False, True]
    assert (row.state, row.stands) == ("raised", True)
    monkeypatch.setattr(action, "run_detectors", _telling([]))
    assert raise_signals(home, now=NOW + timedelta(days=4)).gone == 1
    assert queries.signals().rows[0].course == "quiet"


def test_a_matter_closed_by_a_person_stays_closed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen at the closing raises nothing again; a change after it is a new signal that follows."""
    write_rollups(home, _failing())
    _nights(home, monkeypatch, [[FOUND]])
    (row,) = queries.signals().rows
    Signal.objects.filter(pk=row.id).update(state=EXPLAINED, closed_on=FOUND.first_day + timedelta(days=30))
    moved = replace(FOUND, first_day=FOUND.first_day + timedelta(days=2))
    anew = replace(FOUND, first_day=FOUND.first_day + timedelta(days=40))
    _nights(home, monkeypatch, [[FOUND], [moved], [moved, anew]])
    newest, oldest = queries.signals().rows
    assert (oldest.state, newest.follows) == (EXPLAINED, oldest.id)
    assert queries.signal(oldest.id).followed_by[0].id == newest.id


@pytest.mark.parametrize(("version", "fate"), [("2.0", REGRESSED), ("1.5", RESOLVED)])
def test_what_a_version_cured_may_come_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, version: str, fate: str
) -> None:
    """In the curing version or a later one the old signal has regressed; an older version proves nothing."""
    write_rollups(home, _failing())
    monkeypatch.setattr(file_action, "releases", lambda device: RELEASES)
    _nights(home, monkeypatch, [[FOUND]])
    (row,) = queries.signals().rows
    Signal.objects.filter(pk=row.id).update(
        state=RESOLVED, closed_on=FOUND.first_day + timedelta(days=30), fixed_version="2.0"
    )
    _nights(home, monkeypatch, [[FOUND], [FOUND, replace(FOUND, version=version)]])
    newest, oldest = queries.signals().rows
    assert (oldest.state, newest.version) == (fate, version)
    assert (newest.follows == oldest.id) is (fate == REGRESSED)


@pytest.mark.parametrize(("estimate", "state"), [(3.1, ARCHIVED), (6.0, "raised")])
def test_an_archived_signal_that_grows_comes_back(
    home: Home, monkeypatch: pytest.MonkeyPatch, estimate: float, state: str
) -> None:
    """Within what was archived it stays away; clearly beyond, it waits again, with a new clock."""
    write_rollups(home, _failing())
    _nights(home, monkeypatch, [[FOUND]])
    (row,) = queries.signals().rows
    grounds = Grounds("wait for the winter", {"archived_until": "2027-03-01"})
    move_signal(row.id, "take", by=INSPECTOR, grounds=Grounds(), now=NOW)
    move_signal(row.id, "archive", by=INSPECTOR, grounds=grounds, now=NOW)
    _nights(home, monkeypatch, [[FOUND], [replace(FOUND, effect=replace(FOUND.effect, estimate=estimate))]])
    found = queries.signal(row.id).row
    assert found.state == state
    assert (found.archived_until is None, found.take_up_by is None) == (state == "raised", state != "raised")


def test_an_unknown_kind_is_a_signal_like_any_other(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector may say what no words are written for yet: it is filed, ranked as possible harm."""
    write_rollups(home, _failing())
    _nights(home, monkeypatch, [[replace(FOUND, kind="never.heard", dimension="equipment", stratum="Acme")]])
    (row,) = queries.signals().rows
    assert (row.kind, row.severity, row.dimension, row.stratum) == ("never.heard", 3, "equipment", "Acme")


def test_without_rollups_nothing_is_said(home: Home) -> None:
    """Before the first roll-up the action refuses instead of finding everything quiet."""
    with pytest.raises(Refusal) as refusal:
        raise_signals(home, now=NOW)
    assert refusal.value.code == "rollup.missing"


def test_holidays_come_from_the_calendar() -> None:
    """The detector's holidays are the weekdays off of the loaded years."""
    assert date(2026, 11, 4) in days_off()
    assert date(2026, 11, 5) not in days_off()
