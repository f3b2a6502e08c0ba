# SPDX-License-Identifier: Apache-2.0
"""`nadzor law`: norms, deadlines with their arithmetic, lapses, working days. No data directory is needed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.cli import law_rules
from nadzor.cli.law_print import print_deadline, print_lapses, print_norm, print_steps
from nadzor.cli.law_words import answering, day_if, day_of, schema_option, start_of
from nadzor.cli.options import AsJson
from nadzor.cli.output import print_json, show
from nadzor.law.answer import (
    DeadlineAnswer,
    NormAnswer,
    WorkdayAnswer,
    deadline_answer,
    norm_answer,
)
from nadzor.law.deadline import deadline as compute
from nadzor.law.lapse import AHEAD_DAYS, Lapse, lapses
from nadzor.law.load import resolve
from nadzor.law.steps import working_steps
from nadzor.workdays.arithmetic import workdays_of

app = typer.Typer(help="Norms, deadlines and working days, each with its citation.", no_args_is_help=True)
workdays = typer.Typer(help="The production calendar.", no_args_is_help=True)
app.add_typer(workdays, name="workdays")
app.command("qualify")(law_rules.qualify)
app.command("classify")(law_rules.classify)
app.command("duty")(law_rules.duty)
app.command("dossier")(law_rules.dossier)
app.command("amendment-route")(law_rules.amendment_route)

Key = Annotated[str, typer.Argument(help="A norm's key (vigilance.message) or a fact's number (T-19).")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day whose edition is read.")]
Filed = Annotated[
    str | None,
    typer.Option("--filed", metavar="DATE", help="The day the case was filed."),
]
Decreed = Annotated[
    bool, typer.Option("--decree-days", help="Take the paid non-working days of 2020 and 2021 as days off.")
]


@workdays.command("list")
def list_(
    year: int,
    decree_days: Decreed = False,
    as_json: AsJson = False,
    schema: Annotated[bool, schema_option(list[date])] = False,
) -> None:
    """Every working day of a year, in order."""
    with answering(as_json):
        if not date.min.year <= year <= date.max.year:
            raise Refusal("law.date-unreadable", "YEAR")
        show([day.isoformat() for day in workdays_of(year, decree_days=decree_days)], as_json=as_json)


@workdays.command("add")
def add(
    day: Annotated[str, typer.Argument(metavar="DATE", help="The day of the event.")],
    days: Annotated[int, typer.Argument(metavar="N", help="How many working days.")],
    decree_days: Decreed = False,
    as_json: AsJson = False,
    schema: Annotated[bool, schema_option(WorkdayAnswer)] = False,
) -> None:
    """The last day of a term of N working days that an event starts, step by step."""
    with answering(as_json):
        start = day_of(day, "DATE")
        if days < 1:
            raise Refusal("law.term-too-short", "N")
        due, steps = working_steps(start, days, decree_days=decree_days)
        found = WorkdayAnswer(start=start, days=days, due=due, decree_days=decree_days, steps=steps)
        print_json(found) if as_json else print_steps(steps, due)


@app.command("show")
def show_(
    key: Key,
    on: On = None,
    filed: Filed = None,
    as_json: AsJson = False,
    schema: Annotated[bool, schema_option(NormAnswer | list[NormAnswer])] = False,
) -> None:
    """A norm with all its editions, conflicts and holes; a stem such as F-02 shows each of its norms.

    The edition in force today is marked; a day named by --on must have one.
    """
    with answering(as_json):
        asked, case = day_if(on, "--on"), day_if(filed, "--filed")
        day = asked or clock.today()
        found = [norm_answer(each, on=day, filed=case, in_force=asked is not None) for each in resolve(key)]
        if as_json:
            print_json(found if len(found) > 1 else found[0])
        else:
            for each in found:
                print_norm(each)


@app.command("lapse")
def lapse(
    on: On = None,
    ahead_days: Annotated[int, typer.Option("--ahead-days", min=0, max=36525, help="Days.")] = AHEAD_DAYS,
    every: Annotated[bool, typer.Option("--all", help="Every end that is known, however far.")] = False,
    as_json: AsJson = False,
    schema: Annotated[bool, schema_option(list[Lapse])] = False,
) -> None:
    """What has lapsed or will within the window, and whether a successor is known."""
    with answering(as_json):
        day = day_if(on, "--on") or clock.today()
        found = lapses(day, ahead_days=ahead_days, every=every)
        print_json(found) if as_json else print_lapses(found, day, day + timedelta(days=ahead_days))


@app.command("deadline")
def deadline(
    key: Key,
    start: Annotated[str, typer.Option("--start", metavar="DATE", help="The day, or moment, of the event.")],
    on: On = None,
    filed: Filed = None,
    as_json: AsJson = False,
    schema: Annotated[bool, schema_option(DeadlineAnswer | list[DeadlineAnswer])] = False,
) -> None:
    """The last day to act, with every step of its arithmetic; a stem such as T-26 gives each of its terms.

    The edition is the one in force on the day the clock starts; --on reads another day's, and --filed keeps
    what a transitional rule keeps for a case filed before.
    """
    with answering(as_json):
        since, case, day = start_of(start, "--start"), day_if(filed, "--filed"), day_if(on, "--on")
        found = [compute(each, since, filed=case, on=day) for each in resolve(key)]
        told = [deadline_answer(each, since, asked=key) for each in found]
        if as_json:
            print_json(told if len(told) > 1 else told[0])
        else:
            for one in told:
                print_deadline(one)
