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
from nadzor.cli.output import print_json, print_table, show


def performance(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Accuracy per device, version and finding, from rollups alone."""
    home = settled(context, data)
    from nadzor.actions.measure_performance import measure_performance

    columns = ("device", "version", "finding", "n", "auc", "sensitivity", "specificity", "agreement")
    show(measure_performance(home), as_json=as_json, title="Performance", columns=columns)


def report(
    context: typer.Context,
    data: Data = DEFAULT_HOME,
    period: Annotated[
        str | None, typer.Option("--month", help="YYYY-MM; the last full month by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Directory for the JSON, CSV and XLSX files.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="File the reports for good.")] = False,
    as_json: AsJson = False,
) -> None:
    """The Order 4472 monthly report of every device; exit 1 when a kept one, recomputed, has another hash."""
    home = settled(context, data)
    from nadzor.actions.build_month import build_month

    wanted = _month(period) if period else Month.of(clock.today()).previous()
    run = build_month(home, wanted, now=clock.now(), out=out, keep=keep)
    if as_json:
        print_json(run)
    else:
        columns = ("device", "lines", "studies", "hash", "kept", "same")
        rows = [{name: getattr(one, name) for name in columns} for one in run.devices]
        print_table(rows, title=f"Order 4472, {wanted}, edition {run.edition} ({run.status})")
    raise typer.Exit(1 if any(one.same is False for one in run.devices) else 0)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--month") from error
