# SPDX-License-Identifier: Apache-2.0
"""`nadzor release`: build, attack and publish public tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import print_json, print_table, show

app = typer.Typer(no_args_is_help=True, help="Public tables: built, attacked, published once.")

FAILED = 1
Series = Annotated[str, typer.Argument(help="The series, as `nadzor release list` names them.")]
Period = Annotated[str, typer.Argument(help="2026-10, or 2026-Q3.")]


@app.command("build")
def build(
    context: typer.Context, series: Series, period: Period, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Build a table and attack it; exit code 1 when the attack got through."""
    home = settled(context, data)
    from nadzor.actions.build_release import Wanted, build_release
    from nadzor.people.queries import CONSOLE

    card = build_release(home, Wanted(series, period), by=CONSOLE, now=clock.now())
    show(card, as_json=as_json, title=f"{series} {period}")
    raise typer.Exit(0 if card.is_safe else FAILED)


@app.command("check")
def check(
    context: typer.Context,
    series: Annotated[str, typer.Argument(help="The series; all releases when left out.")] = "",
    period: Annotated[str, typer.Argument(help="The period.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="A table in a file, whoever wrote it.")] = None,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Attack a table beside everything published; exit code 1 when a clinic or a hidden figure is found."""
    home = settled(context, data)
    from nadzor.actions.check_release import check_file, check_release, check_releases

    if file is not None:
        reports = {str(file): check_file(home, file, now=clock.now())}
    elif series:
        reports = {f"{series} {period}": check_release(home, series, period, now=clock.now())}
    else:
        reports = check_releases(home, now=clock.now())
    if as_json:
        print_json({"safe": all(one.is_safe for one in reports.values()), "reports": reports})
    else:
        rows = [
            {"release": name, "safe": one.is_safe, "narrowest": one.narrowest, "close": one.close,
             "equations": one.equations, "targets": one.targets, "programs": one.programs}
            for name, one in reports.items()
        ]  # fmt: skip
        print_table(rows, title="Attack")
    raise typer.Exit(0 if all(one.is_safe for one in reports.values()) else FAILED)


@app.command("publish")
def publish(
    context: typer.Context,
    series: Annotated[str, typer.Argument(help="The series; all that fell due when left out.")] = "",
    period: Annotated[str, typer.Argument(help="The period.")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Publish a table that stood the attack; what was published is never revised."""
    home = settled(context, data)
    from nadzor.actions.build_release import Wanted
    from nadzor.actions.publish_release import publish_due, publish_release
    from nadzor.people.queries import CONSOLE

    if series:
        done = [publish_release(home, Wanted(series, period), by=CONSOLE, now=clock.now())]
    else:
        done = publish_due(home, now=clock.now())
    columns = ("series", "period", "rows", "is_safe", "published_at")
    show(done, as_json=as_json, title="Published", columns=columns)


@app.command("list")
def listing(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Every release, published or only built."""
    settled(context, data)
    from nadzor.records.releases import releases

    columns = ("series", "period", "edition", "rows", "is_safe", "published_at", "sha256")
    show(releases(), as_json=as_json, title="Releases", columns=columns)


@app.command("show")
def showing(
    context: typer.Context, series: Series, period: Period, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """A table as the public reads it."""
    home = settled(context, data)
    from nadzor.disclosure.series import grid
    from nadzor.disclosure.tables import said
    from nadzor.records.releases import kept_table, release

    table = kept_table(home, release(series, period).sha256)
    if as_json:
        print_json(table)
        return
    rows = [
        {"row": " ".join(cell.row), "measure": cell.measure,
         "figure": said(cell.figure, "en", share=grid().measures[cell.measure].made == "share")}
        for cell in table.cells
    ]  # fmt: skip
    print_table(rows, title=f"{series} {period}, known by {table.known_by}")
