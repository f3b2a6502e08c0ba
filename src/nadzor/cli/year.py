# SPDX-License-Identifier: Apache-2.0
"""`nadzor simulate year`: a year of oversight in fake time, and the accounts of every last day."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from nadzor.base.progress import ticker
from nadzor.cli.frame import frame
from nadzor.cli.options import AsJson
from nadzor.cli.output import out, print_facts, print_json, print_table, progress

FORMAT = ["%Y-%m-%d"]
FIRST, AFTER = date(2026, 5, 1), date(2027, 5, 1)  # over the day on which two orders lapse


def year(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="The same seed plays the same year.")] = 3,
    devices: Annotated[int, typer.Option(min=2, max=60, help="Devices of the nation.")] = 6,
    first: Annotated[datetime | None, typer.Option(formats=FORMAT, help="The first day; 2026-05-01.")] = None,
    after: Annotated[
        datetime | None, typer.Option(formats=FORMAT, help="The day after the last; 2027-05-01.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="An empty directory to keep the house in.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play a year of oversight day by day, in fake time, and account for every last day of the law.

    Exit code 1 when a last day passed of which nobody was told.
    """
    span = (first.date() if first else FIRST, after.date() if after else AFTER)
    if span[1] <= span[0]:
        raise typer.BadParameter("must come after the first day", param_hint="--after")
    with tempfile.TemporaryDirectory() as made:
        report = _played(context, data or Path(made) / "year", seed, devices, span)
    if as_json:
        print_json(report)
    else:
        _print(report)
    raise typer.Exit(1 if report.unaccounted else 0)


def _played(context: typer.Context, directory: Path, seed: int, devices: int, span: tuple[date, date]) -> Any:
    from nadzor.actions.create_home import create_home

    house, home = frame(context), create_home(directory, second_factor=False)
    house.settle(home)
    from nadzor.actions.year.play import play_year
    from nadzor.simulate.year import year_world

    with progress() as bar:
        step = ticker(bar, "days of the year", total=(span[1] - span[0]).days)
        world = year_world(seed, devices=devices, first=span[0], after=span[1])
        return play_year(home, world, first=span[0], after=span[1], step=step)


def _print(report: Any) -> None:
    print_facts({**report.counts, **report.fates}, title=f"{report.first} to {report.after}")
    rows = [{"clock": clock, **fates} for clock, fates in report.by_clock.items()]
    names = sorted({name for row in rows for name in row} - {"clock"})
    print_table(
        [{"clock": row["clock"], **{name: row.get(name, 0) for name in names}} for row in rows],
        title="Last days by clock",
    )
    for line in report.unaccounted:
        out.print(f"unaccounted: {line}")
