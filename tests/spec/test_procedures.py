# SPDX-License-Identifier: Apache-2.0
"""Procedures as worked cases: who does what on which day, and what each clock says on a day after."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.problems import Refusal
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import breaches, next_due, runs, state_after
from tests.unit.procedures.walks import clock, step, walked

SIMPLE = "registration_simplified"
FAST = "registration_accelerated"

SMOOTH = """
2026-03-02 submit manufacturer_admin
2026-03-10 find_complete registrar
2026-03-12 start head
2026-03-16 send_task registrar
2026-03-30 conclude_positive expert
2026-04-14 register head
"""
CURED = """
2026-03-02 submit representative
2026-03-05 find_incomplete registrar
2026-03-25 cure representative
"""
NEGATIVE = """
2026-09-01 submit manufacturer_admin
2026-09-07 find_complete registrar
2026-09-09 start registrar
2026-09-10 send_task registrar
2026-09-23 conclude_negative expert
2026-09-24 notify_negative registrar
"""
OBJECTED = NEGATIVE + "2026-10-06 object manufacturer_admin\n"

#: procedure, walk, day asked, then each clock: last day, state, days left
CASES = {
    "every step in time": (SIMPLE, SMOOTH, "2026-04-14", """
        registration.completeness_check | 2026-03-10 | met    | -
        registration.start_decision     | 2026-03-13 | met    | -
        expertise.conclusion            | 2026-03-30 | met    | -
        registration.simplified_limit   | 2026-04-15 | met    | -
    """),
    "the same, a day before the limit": (SIMPLE, SMOOTH.rsplit("2026-04-14", 1)[0], "2026-04-14", """
        registration.simplified_limit   | 2026-04-15 | running | 1
    """),
    "the cure pauses the overall limit": (SIMPLE, CURED[: CURED.index("2026-03-25")], "2026-03-20", """
        registration.completeness_check | 2026-03-10 | met     | -
        registration.cure               | 2026-04-06 | running | 17
        registration.simplified_limit   | -          | paused  | 28
    """),
    "cured: a new check, the limit later by what it stood still": (SIMPLE, CURED, "2026-03-25", """
        registration.completeness_check | 2026-04-01 | running | 5
        registration.cure               | 2026-04-06 | met     | -
        registration.simplified_limit   | 2026-05-05 | running | 28
    """),
    "a negative conclusion waits for objections": (SIMPLE, NEGATIVE, "2026-10-05", """
        expertise.conclusion            | 2026-09-24 | met     | -
        objections.filing               | 2026-10-08 | running | 3
        registration.simplified_limit   | 2026-10-14 | running | 7
    """),
    "objections pause the overall limit": (SIMPLE, OBJECTED, "2026-10-20", """
        objections.filing               | 2026-10-08 | met     | -
        objections.consideration        | 2026-11-18 | running | 20
        registration.simplified_limit   | -          | paused  | 6
    """),
    "founded objections: a new expertise, the limit goes on": (
        SIMPLE, OBJECTED + "2026-10-20 uphold_objections registrar", "2026-10-21", """
        objections.consideration        | 2026-11-18 | met     | -
        expertise.conclusion            | 2026-11-03 | running | 9
        registration.simplified_limit   | 2026-10-28 | running | 5
    """),
    "standing still pauses every clock, once": (
        SIMPLE, CURED[: CURED.index("2026-03-25")] + """
        2026-03-10 stand_still head
        2026-03-20 resume head
        2026-03-25 cure representative
        """, "2026-03-25", """
        registration.cure               | 2026-04-14 | met     | -
        registration.simplified_limit   | 2026-05-05 | running | 28
    """),
    "a resubmission starts the accelerated expertise anew": (FAST, """
        2026-02-02 submit manufacturer_admin
        2026-02-04 register_paper expert
        2026-03-10 conclude_negative expert
        2026-04-01 resubmit manufacturer_admin
        2026-04-03 register_paper expert
        """, "2026-04-10", """
        accelerated.correction          | 2026-04-28 | met     | -
        accelerated.expertise           | 2026-05-12 | running | 20
    """),
    "an open application crosses the new year": (SIMPLE, """
        2026-12-28 submit manufacturer_admin
        2027-01-13 find_complete registrar
        """, "2027-01-13", """
        registration.completeness_check | 2027-01-13 | met     | -
        registration.start_decision     | 2027-01-18 | running | 3
        registration.simplified_limit   | 2027-02-18 | running | 26
    """),
    "beyond the loaded calendar there is no date": (SIMPLE, """
        2027-12-27 submit manufacturer_admin
        2028-01-12 find_complete registrar
        """, "2028-01-12", """
        registration.completeness_check | -          | unknown | -
        registration.start_decision     | -          | unknown | -
        registration.simplified_limit   | -          | unknown | -
    """),
    "the expert's one question pauses expertise and limit": ("amendment_expertise", """
        2026-06-01 submit manufacturer_admin
        2026-06-03 start registrar
        2026-06-04 send_task registrar
        2026-06-08 ask_applicant expert
        2026-06-09 pass_question registrar
        2026-06-23 answer manufacturer_admin
        """, "2026-06-23", """
        amendment.expert_question       | 2026-06-10 | met     | -
        amendment.question_answer       | -          | unknown | -
        expertise.conclusion            | 2026-07-02 | running | 7
        amendment.with_expertise        | 2026-08-04 | running | 30
    """),
    "a version is decided in five working days": ("amendment_version", """
        2026-11-20 submit manufacturer_admin
        """, "2026-11-30", """
        registration.version_amendment  | 2026-11-27 | breached | -1
    """),
    "a plain amendment in ten": ("amendment_plain", "2026-11-20 submit representative", "2026-11-23", """
        amendment.without_expertise     | 2026-12-04 | running | 9
    """),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_clock_of_a_worked_case(case: str) -> None:
    """Every clock of the case has its last day, its state and its days left."""
    name, walk, today, table = CASES[case]
    steps = walked(name, walk)
    for row in filter(None, map(str.strip, table.splitlines())):
        key, due, state, left = (cell.strip() for cell in row.split("|"))
        run = clock(name, steps, key, today=today)
        told = (str(run.due or "-"), run.state, "-" if run.left is None else str(run.left))
        assert (key, *told) == (key, due, state, left)


def test_the_first_clock_to_break_is_named_first() -> None:
    """Step limits and the overall limit both run: each breach is listed, the earliest first; none decides."""
    steps = walked(SIMPLE, "2026-03-02 submit manufacturer_admin")
    found = runs(PROCEDURES[SIMPLE], steps, today=date(2026, 5, 5))
    assert [run.key for run in breaches(found, date(2026, 5, 5))] == [
        "registration.completeness_check",
        "registration.simplified_limit",
    ]
    first = next_due(found)
    assert first is not None
    assert first.key == "registration.completeness_check"
    assert state_after(PROCEDURES[SIMPLE], steps) == "checking"


REFUSED = {
    "a late cure": (SIMPLE, CURED[: CURED.index("2026-03-25")], "2026-04-07 cure representative",
                    "move.too-late", "2026-04-06"),
    "a return before the cure's last day is over": (
        SIMPLE, CURED[: CURED.index("2026-03-25")], "2026-04-06 return_uncured registrar",
        "move.too-early", "2026-04-06"),
    "late objections": (SIMPLE, NEGATIVE, "2026-10-09 object manufacturer_admin",
                        "move.too-late", "2026-10-08"),
    "a refusal before objections could come": (SIMPLE, NEGATIVE, "2026-10-08 refuse head",
                                               "move.too-early", "2026-10-08"),
    "a late correction": (FAST, """
        2026-02-02 submit manufacturer_admin
        2026-02-04 register_paper expert
        2026-03-10 conclude_negative expert
        """, "2026-04-29 resubmit manufacturer_admin", "move.too-late", "2026-04-28"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_move_out_of_its_time_is_refused(case: str) -> None:
    """The refusal names the code, the last day and the norm; the day before or after it is allowed."""
    name, walk, line, code, due = REFUSED[case]
    steps = walked(name, walk)
    day, verb, by = line.split()
    with pytest.raises(Refusal) as refusal:
        step(name, steps, verb, by=by, on=date.fromisoformat(day))
    assert (refusal.value.code, refusal.value.facts["due"]) == (code, due)
    assert refusal.value.facts["norm"] in {run.key for run in runs(PROCEDURES[name], steps, today=date.min)}
    turned = date.fromisoformat(due).toordinal() + (code == "move.too-early")
    step(name, steps, verb, by=by, on=date.fromordinal(turned))
    assert steps[-1].verb == verb


def test_the_expert_asks_once() -> None:
    """A second question in the same matter is refused, and the matter stays where it was."""
    steps = walked("amendment_expertise", """
        2026-06-01 submit manufacturer_admin
        2026-06-03 start registrar
        2026-06-04 send_task registrar
        2026-06-08 ask_applicant expert
        2026-06-09 pass_question registrar
        2026-06-10 go_on_without_answer expert
    """)  # fmt: skip
    with pytest.raises(Refusal) as refusal:
        step("amendment_expertise", steps, "ask_applicant", by="expert", on=date(2026, 6, 11))
    assert refusal.value.code == "move.asked-already"
    assert state_after(PROCEDURES["amendment_expertise"], steps) == "expertise"


def test_beyond_the_calendar_the_matter_goes_on() -> None:
    """Where no date can be computed nobody is barred: the cure is received, and every clock says why."""
    steps = walked(SIMPLE, """
        2027-12-27 submit manufacturer_admin
        2027-12-28 find_incomplete registrar
        2028-03-01 cure manufacturer_admin
    """)  # fmt: skip
    found = runs(PROCEDURES[SIMPLE], steps, today=date(2028, 3, 1))
    assert steps[-1].to == "checking"
    assert {run.missing for run in found} == {"law.calendar-missing"}
    assert all("2028" in run.derivation[-1].text.en for run in found)


def test_after_the_rules_lapse_the_matter_goes_on() -> None:
    """A clock that starts after Decree 1684 ends has no norm and no date; the moves go on."""
    steps = walked("amendment_version", "2029-01-09 submit manufacturer_admin")
    run = clock("amendment_version", steps, "registration.version_amendment", today="2029-01-09")
    assert (run.state, run.missing, run.norm) == ("unknown", "law.norm-missing", None)
    step("amendment_version", steps, "enter_version", by="head", on=date(2029, 1, 15))
    assert steps[-1].to == "entered"
