# SPDX-License-Identifier: Apache-2.0
"""`nadzor performance` and `nadzor report`: what the rollups say about accuracy, and the statutory month."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

app = typer.Typer(help="Statutory reports.", no_args_is_help=True)


def performance(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Accuracy per device, version and finding, from rollups alone."""
    home = settled(context, data)
    from nadzor.actions.measure_performance import measure_performance

    show(measure_performance(home), as_json=as_json, title="Performance")


@app.command("month")
def month(
    context: typer.Context,
    data: Data = DEFAULT_HOME,
    period: Annotated[
        str | None, typer.Option("--month", help="YYYY-MM; the last full month by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Directory for the JSON, CSV and XLSX files.")] = None,
    as_json: AsJson = False,
) -> None:
    """The Order 4472 monthly report per device, version and site; recomputed, it has the same hash."""
    home = settled(context, data)
    from nadzor.actions.build_month import build_month

    wanted = _month(period) if period else Month.of(clock.today()).previous()
    show(build_month(home, wanted, now=clock.now(), out=out), as_json=as_json, title=f"Order 4472, {wanted}")


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--month") from error
