# SPDX-License-Identifier: Apache-2.0
"""`nadzor law`: each command as a person and as a program types it, and each way of being refused."""

from __future__ import annotations

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from nadzor.cli.app import app
from tests.unit.cli.console import Frame, nadzor, refused


def law(*words):
    """Run a command of `nadzor law` in this process."""
    return CliRunner().invoke(app, ["law", *map(str, words)], obj=Frame())


def told(*words):
    """What a command says as JSON, which must have gone well."""
    done = law(*words, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def ended(*words):
    """The problem document of a command that ended with 1: our knowledge ends there."""
    done = law(*words, "--json")
    assert done.exit_code == 1, (done.output, done.exception)
    return json.loads(done.stdout)


def test_working_days_of_a_year():
    """A JSON list of dates; with the switch the decree days are gone from it."""
    days = told("workdays", "list", 2020)
    assert (len(days), days[0]) == (248, "2020-01-09")
    assert len(told("workdays", "list", 2020, "--decree-days")) == 219


def test_a_term_in_working_days():
    """The last day with its steps; the switch lengthens it."""
    found = told("workdays", "add", "2026-11-20", 35)
    assert found["due"] == "2027-01-19"
    assert found["steps"][-1]["day"] == "2027-01-19"
    assert told("workdays", "add", "2020-03-27", 1, "--decree-days")["due"] == "2020-05-12"


def test_a_deadline_with_its_arithmetic():
    """By a fact's number: key, start, limit, unit, due, citation, status, steps."""
    found = told("deadline", "T-15", "--start", "2026-11-20")
    wanted = {
        "key": "T-15",
        "norm": "registration.version_amendment",
        "start": "2026-11-20",
        "limit": 5,
        "unit": "working_day",
        "due": "2026-11-27",
        "status": "seed",
    }
    assert {name: found[name] for name in wanted} == wanted
    assert found["cite"].startswith("Decree 1684")
    assert [step["day"] for step in found["steps"]][-1] == "2026-11-27"


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("T-08", "T-08"),
        ("t8", "T-08"),
        ("registration.simplified_limit", "registration.simplified_limit"),
        ("Registration.Simplified_Limit", "registration.simplified_limit"),
    ],
)
def test_a_deadline_answers_to_the_name_it_was_asked_by(asked, key):
    """By number or by key, as we write them; the norm and its number are told either way."""
    found = told("deadline", asked, "--start", "2026-11-20")
    assert (found["key"], found["norm"], found["fact"]) == (key, "registration.simplified_limit", "T-08")
    assert (found["limit"], found["unit"], found["due"]) == (31, "working_day", "2027-01-13")


def test_a_stem_gives_each_of_its_terms():
    """T-26 is a first notice and a result: a list, each with its own limit."""
    found = told("deadline", "T-26", "--start", "2026-11-20T10:00")
    assert [(one["key"], one["limit"]) for one in found] == [("T-26.1", 24), ("T-26.2", 72)]
    assert "Due: 2026-11-23" in law("deadline", "T-26", "--start", "2026-11-20T10:00").output


@pytest.mark.parametrize(
    ("registered", "due", "warn"),
    [
        ("2024-03-01", "2025-02-01", "2025-01-31"),
        ("2025-12-30", "2026-02-01", "2026-01-30"),
        ("2026-11-20", "2027-02-01", "2027-02-01"),
    ],
)
def test_the_yearly_report_does_not_move(registered, due, warn):
    """1 February stays on a Saturday or a Sunday; the warning comes on the last working day before it."""
    found = told("deadline", "T-18", "--start", registered)
    assert (found["due"], found["warn"], found["unit"]) == (due, warn, "date")


def test_a_moment_starts_hours():
    """Twenty-four hours from ten in the morning, in Moscow."""
    found = told("deadline", "T-26.1", "--start", "2026-11-20T10:00")
    assert found["due"] == "2026-11-21T10:00:00+03:00"


def test_the_day_of_filing_keeps_its_edition():
    """After 885n lapses, what was filed before still has a date; what was not has none."""
    asked = ("deadline", "T-12", "--start", "2027-01-11")
    assert told(*asked, "--filed", "2026-12-01")["due"] == "2027-02-20"
    assert ended(*asked)["code"] == "law.norm-missing"
    assert told(*asked, "--on", "2026-12-31")["due"] == "2027-02-20"


def test_a_lapsed_norm_is_refused_and_says_what_to_do():
    """No date, no guess: lapsed, successor unknown, a lawyer enters the next edition."""
    problem = ended("deadline", "vigilance.report.death", "--start", "2027-01-05")
    assert problem["code"] == "law.norm-missing"
    assert "lapsed on 1 Jan 2027, its successor is unknown" in problem["title"]
    assert "receiving goes on" in problem["do"]


def test_beyond_the_calendar_nothing_is_computed():
    """Neither a list of days nor a date outside the loaded years."""
    assert ended("workdays", "list", 2028)["code"] == "law.calendar-missing"
    assert ended("workdays", "add", "9999-12-31", 1)["code"] == "law.calendar-missing"
    assert ended("deadline", "T-01", "--start", "2027-12-29")["code"] == "law.calendar-missing"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("deadline", "T-99", "--start", "2026-11-20"), "law.unknown"),
        (("deadline", "F-02", "--start", "2026-11-20"), "law.not-a-term"),
        (("deadline", "F-01", "--start", "2026-11-20"), "law.not-a-term"),
        (("deadline", "T-01", "--start", "20.11.2026"), "law.date-unreadable"),
        (("deadline", "T-01", "--start", "2026-11-20T25:00"), "law.date-unreadable"),
        (("show", "no.such.norm"), "law.unknown"),
        (("lapse", "--on", "yesterday"), "law.date-unreadable"),
        (("workdays", "add", "2026-02-30", 5), "law.date-unreadable"),
        (("workdays", "add", "2026-11-20", 0), "law.term-too-short"),
        (("workdays", "list", 0), "law.date-unreadable"),
    ],
)
def test_wrong_use_is_named(words, code):
    """Each mistake of the caller has its own code."""
    assert refused(law(*words)) == code


def test_the_console_exits_with_two_on_wrong_use():
    """In a process of its own: a problem document on standard output, exit code 2."""
    done = nadzor("law", "deadline", "T-99", "--start", "2026-11-20", "--json")
    assert (done.code, done.json()["code"]) == (2, "law.unknown")


def test_a_norm_is_shown_whole():
    """Editions, term, conflicts; on a day, the edition of that day or the refusal."""
    found = told("show", "T-15", "--on", "2026-11-20")
    assert found["in_force"] == found["editions"][0]
    assert [note["key"] for note in found["conflicts"]] == ["X1"]
    assert {one["fact"] for one in told("show", "F-02")} == {"F-02.1", "F-02.2a", "F-02.2b", "F-02.3"}
    assert ended("show", "T-21", "--on", "2027-01-01")["code"] == "law.norm-missing"


def test_without_a_day_today_is_meant(monkeypatch):
    """What is in force today is marked; a lapsed norm is still shown, and says that nothing is in force."""
    monkeypatch.setattr("nadzor.base.clock.today", lambda: date(2026, 11, 22))
    found = told("show", "T-21")
    assert (found["on"], found["in_force"]["value"]) == ("2026-11-22", 10)
    monkeypatch.setattr("nadzor.base.clock.today", lambda: date(2027, 1, 1))
    assert told("show", "T-21")["in_force"] is None
    assert "nothing on 2027-01-01" in law("show", "T-21").output


def test_lapses_within_the_window_and_all():
    """Three acts end with 2026; asked for everything, the later ends come too."""
    found = told("lapse", "--on", "2026-11-22")
    assert [one["act"] for one in found] == ["order-1113n", "order-885n", "order-980n"]
    assert {one["until"] for one in found} == {"2027-01-01"}
    assert told("lapse", "--on", "2026-11-22", "--ahead-days", 10) == []
    assert len(told("lapse", "--all")) > len(found)


@pytest.mark.parametrize(
    "words",
    [
        ("workdays", "list"),
        ("workdays", "add"),
        ("show",),
        ("lapse",),
        ("deadline",),
    ],
)
def test_every_command_says_its_schema(words):
    """The JSON Schema of the answer, without any other word on the line."""
    done = law(*words, "--schema")
    assert done.exit_code == 0, done.output
    assert {"$ref", "type", "anyOf"} & set(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("workdays", "add", "2026-11-20", "5"), "Due: 2026-11-27"),
        (("workdays", "list", "2026"), "2026-01-12"),
        (("deadline", "T-18", "--start", "2025-06-10"), "2026-01-30"),
        (("deadline", "T-23", "--start", "2026-11-20"), "no date follows"),
        (("deadline", "T-27.1", "--start", "2026-11-20"), "NOT VERIFIED"),
        (("show", "T-15", "--on", "2026-11-20"), "X1"),
        (("show", "T-17"), "not read"),
        (("lapse", "--on", "2026-11-22"), "order-980n"),
    ],
)
def test_a_person_reads_tables(words, said):
    """Without --json the same is said in lines and tables."""
    done = law(*words)
    assert done.exit_code == 0, done.output
    assert said in done.output
