# SPDX-License-Identifier: Apache-2.0
"""`nadzor replay`: a directory of real reads through SDK and gateway, as if the models were at work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import frame, settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import err, progress, show


def replay(
    context: typer.Context,
    reads: Annotated[Path, typer.Option("--reads", help="Directory of reads.", exists=True, file_okay=False)],
    data: Data = DEFAULT_HOME,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the last receipt.", min=1)] = 600.0,
    as_json: AsJson = False,
) -> None:
    """Each model is a device, each row a study, each radiologist a review, the standard the truth."""
    home = settled(context, data)
    from nadzor.actions.replay_reads import replay_reads
    from nadzor.actions.roll_up_day import roll_up_day
    from nadzor.simulate.read_directory import read_directory

    found = read_directory(reads)
    with frame(context).gateway(home) as address, progress() as bar:
        summary = replay_reads(home, found, gateway=address, now=clock.now(), timeout_s=timeout, bar=bar)
    roll_up_day(home, now=clock.now())
    show(summary, as_json=as_json, title="Replay")
    if summary.pending:
        err.print(f"{summary.pending} events wait in the spool for receipts: run the same command again.")
    if summary.not_taken:
        err.print("Not everything was taken; the reasons are in the summary, under not_taken.")
    raise typer.Exit(1 if summary.pending or summary.not_taken else 0)
