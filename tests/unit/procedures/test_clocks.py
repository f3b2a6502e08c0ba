# SPDX-License-Identifier: Apache-2.0
"""Clocks: what runs, what stands still and by which switch, what is late, and who is barred by what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from nadzor.base.problems import Refusal, title
from nadzor.law.load import norm
from nadzor.law.norm import Norm, NormMissing
from nadzor.procedures import reckoning
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import Step, allowed_on, breaches, late, next_due, runs, what_if
from nadzor.procedures.reckoning import RESPONSIBLE
from nadzor.procedures.registration_simplified import REGISTRATION_SIMPLIFIED
from tests.unit.procedures.walks import clock, walked

SIMPLE = "registration_simplified"
LIMIT = "registration.simplified_limit"
CURING = """
2026-03-02 submit representative
2026-03-05 find_incomplete registrar
"""
CURED = CURING + "2026-03-25 cure representative\n"


def _law(changes: dict[str, dict[str, object]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let some norms say something else, or be missing."""

    def changed(key: str, on: date, *, filed: date | None = None) -> Norm:
        if changes.get(key, {}).get("value") == "missing":
            raise NormMissing(key, on)
        return replace(norm(key, on, filed=filed), **changes.get(key, {}))

    monkeypatch.setattr(reckoning, "norm", changed)


def test_a_pause_whose_switch_is_off_is_shown_and_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the switch at 0 the overall limit keeps running through the cure, and says that it did."""
    _law({"switch.cure_stops_clock": {"value": 0}}, monkeypatch)
    run = clock(SIMPLE, walked(SIMPLE, CURED), LIMIT, today="2026-03-26")
    assert (run.state, run.due) == ("running", date(2026, 4, 15))
    assert (run.due, run.latest) == (run.earliest, date(2026, 5, 5))
    assert not run.suspensions[0].holds
    assert any("the clock ran on" in line.text.en for line in run.derivation)


def test_a_pause_that_holds_shows_what_would_be_without_it() -> None:
    """The same matter with the switch at 1: the later date is due, the earlier one is kept beside it."""
    run = clock(SIMPLE, walked(SIMPLE, CURED), LIMIT, today="2026-03-26")
    assert (run.due, run.earliest) == (date(2026, 5, 5), date(2026, 4, 15))
    assert run.due == run.latest


def test_a_missing_switch_costs_the_date_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can say whether a clock stood still, it has no date, and the cure is still received."""
    _law({"switch.cure_stops_clock": {"value": "missing"}}, monkeypatch)
    steps = walked(SIMPLE, CURED)
    run = clock(SIMPLE, steps, LIMIT, today="2026-03-26")
    assert (run.state, run.due, run.missing) == ("unknown", None, "law.norm-missing")
    assert run.norm is not None


def test_an_unverified_norm_bars_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that no source confirms shows its date but refuses no cure after it."""
    _law({"registration.cure": {"status": "unverified"}}, monkeypatch)
    steps = walked(SIMPLE, CURING)
    move = allowed_on(REGISTRATION_SIMPLIFIED, steps, "cure", by="manufacturer_admin", today=date(2026, 9, 1))
    assert move.to == "checking"


def test_a_bar_counts_every_pause_in_favour(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unverified switch at 0 never shortens a person's time: the bar falls on the latest of the dates."""
    _law({"switch.standing_still_stops_clock": {"value": 0}}, monkeypatch)
    walk = CURING + "2026-03-10 stand_still head\n2026-03-20 resume registrar\n"
    steps = walked(SIMPLE, walk)
    run = clock(SIMPLE, steps, "registration.cure", today="2026-04-10")
    assert (run.state, run.due, run.latest) == ("breached", date(2026, 4, 6), date(2026, 4, 14))
    assert allowed_on(
        REGISTRATION_SIMPLIFIED, steps, "cure", by="representative", today=date(2026, 4, 14)
    ).to == "checking"  # fmt: skip


def test_the_way_back_leads_to_where_it_stood() -> None:
    """A resumed matter is where it was, also when it stands still for the second time somewhere else."""
    walk = CURED + """
    2026-03-26 find_complete registrar
    2026-03-27 stand_still registrar
    2026-03-30 resume registrar
    2026-03-31 start registrar
    2026-04-01 stand_still head
    2026-04-06 resume head
    """  # fmt: skip
    steps = walked(SIMPLE, walk)
    assert [step.to for step in steps if step.verb == "resume"] == ["starting", "tasking"]


def test_what_if_counts_and_writes_nothing() -> None:
    """A hypothetical cure dates the paused limit; the matter itself is as before."""
    steps = walked(SIMPLE, CURING)
    cure = Step("cure", "curing", "checking", date(2026, 3, 25), "representative")
    after = what_if(REGISTRATION_SIMPLIFIED, steps, [cure], today=date(2026, 3, 6))
    assert {run.key: run.due for run in after}[LIMIT] == date(2026, 5, 5)
    assert clock(SIMPLE, steps, LIMIT, today="2026-03-06").due is None
    assert len(steps) == 2
    assert what_if(REGISTRATION_SIMPLIFIED, steps, [], today=date(2026, 3, 6)) == runs(
        REGISTRATION_SIMPLIFIED, steps, today=date(2026, 3, 6)
    )


@pytest.mark.parametrize(
    ("today", "days"),
    [("2026-04-06", 0), ("2026-04-08", 2), ("2028-01-01", 635)],
)
def test_how_late_an_open_clock_is(today: str, days: int) -> None:
    """Lateness counts the term's own days after the last one; here calendar days."""
    run = clock(SIMPLE, walked(SIMPLE, CURING), "registration.cure", today="2026-04-06")
    assert late(run, date.fromisoformat(today)) == days


def test_how_late_a_met_clock_was() -> None:
    """A clock stopped after its last day stays late by as many working days; one in time is not late."""
    steps = walked(SIMPLE, "2026-03-02 submit representative\n2026-03-17 find_complete registrar")
    run = clock(SIMPLE, steps, "registration.completeness_check", today="2026-09-01")
    assert (run.state, run.due, late(run, date(2026, 9, 1))) == ("late", date(2026, 3, 10), 5)
    assert late(clock(SIMPLE, steps, LIMIT, today="2026-03-20"), date(2026, 3, 20)) == 0


def test_lateness_beyond_the_calendar_is_not_guessed() -> None:
    """Working days late cannot be counted where no calendar is loaded."""
    run = clock("amendment_version", walked("amendment_version", "2027-12-01 submit representative"),
                "registration.version_amendment", today="2027-12-02")  # fmt: skip
    assert late(run, date(2028, 2, 1)) is None
    gone = clock("amendment_version", walked("amendment_version", "2027-12-01 submit representative"),
                 "registration.version_amendment", today="2028-02-01")  # fmt: skip
    assert (gone.state, gone.left) == ("breached", None)


def test_an_empty_matter_has_nothing_due() -> None:
    """Before the first step no clock runs, none is due, none is broken."""
    found = runs(REGISTRATION_SIMPLIFIED, [], today=date(2026, 11, 22))
    assert (found, next_due(found), breaches(found, date(2026, 11, 22))) == ((), None, ())


def test_a_step_before_the_last_one_is_refused() -> None:
    """History is not rewritten: a move cannot be dated before the previous one."""
    steps = walked(SIMPLE, CURING)
    with pytest.raises(Refusal) as refusal:
        allowed_on(REGISTRATION_SIMPLIFIED, steps, "cure", by="representative", today=date(2026, 3, 4))
    assert (refusal.value.code, refusal.value.facts["last"]) == ("move.out-of-order", "2026-03-05")


def test_a_late_move_is_refused_in_words() -> None:
    """The refusal says in both languages which move, since when, and by which norm."""
    with pytest.raises(Refusal) as refusal:
        allowed_on(REGISTRATION_SIMPLIFIED, walked(SIMPLE, CURING), "cure", by="representative",
                   today=date(2026, 5, 4))  # fmt: skip
    assert title(refusal.value, "ru") == "Срок для действия «устранить недостатки» истёк 06.04.2026"
    assert title(refusal.value, "en") == "The time for “cure the defects” ran out on 6 Apr 2026"


def test_time_alone_moves_nothing() -> None:
    """Ten thousand days later the matter has the same steps, the same state and the same due dates."""
    steps = walked(SIMPLE, CURED)
    early = runs(REGISTRATION_SIMPLIFIED, steps, today=date(2026, 3, 25))
    far = runs(REGISTRATION_SIMPLIFIED, steps, today=date(2026, 3, 25) + timedelta(days=10_000))
    assert [(run.key, run.due, run.stopped) for run in early] == [
        (run.key, run.due, run.stopped) for run in far
    ]


def test_every_clock_has_somebody_to_answer_for_it() -> None:
    """Each clock that some table starts is one role's, and no role is named for a clock nobody starts."""
    started = {key for table in PROCEDURES.values() for key in table.clocks}
    assert set(RESPONSIBLE) == started
    run = clock(SIMPLE, walked(SIMPLE, CURING), LIMIT, today="2026-03-06")
    assert run.responsible == "head"
