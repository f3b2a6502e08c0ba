# SPDX-License-Identifier: Apache-2.0
"""`nadzor status`, `receipt` and `rebuild`: what the journal holds, and whether the lake still equals it."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base.home import Home
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import print_json, print_table, show


def status(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Batches, events by kind, their fates, gaps, the tree, and how far the lake lags behind."""
    home = settled(context, data)
    from nadzor.actions.report_status import report_status

    show(report_status(home), as_json=as_json, title="Status")


def receipt(
    index: Annotated[int, typer.Argument(min=0, help="Place of the batch in the log, counted from 0.")],
    data: Data = DEFAULT_HOME,
) -> None:
    """Print the receipt of a batch as JSON; `nadzor verify receipt` checks it anywhere with the log's key."""
    from contextlib import closing

    from nadzor.journal.opening import open_reader

    with closing(open_reader(Home.open(data))) as reader:
        print_json(reader.receipt(index))


def rebuild(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Build lake and rollups again from the journal alone and compare digests; exit 1 when one differs."""
    home = settled(context, data)
    from nadzor.actions.rebuild_lake import rebuild_lake

    report = rebuild_lake(home)
    if as_json:
        print_json(report)
    else:
        rows = [
            {"table": name, "kept": pair.kept[:16], "made anew": pair.rebuilt[:16]}
            for name, pair in report.digests.items()
        ]
        told = "equal" if report.equal else "NOT EQUAL"
        print_table(rows, title=f"Rebuild from {report.journal_size} batches: {told}")
    raise typer.Exit(0 if report.equal else 1)
