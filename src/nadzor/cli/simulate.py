# SPDX-License-Identifier: Apache-2.0
"""`nadzor simulate`: reads and a nation's history drawn from a seed, for want of real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import frame, settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import progress, show

app = typer.Typer(help="Synthetic reads and a synthetic nation.", no_args_is_help=True)

Seed = Annotated[int, typer.Option(help="The same seed gives the same result.")]


@app.command("reads")
def reads(
    out: Annotated[Path, typer.Option(help="Directory to write to.")],
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Write a directory of simulated reads, of the same shape as real ones."""
    from nadzor.simulate.reads import write_reads

    write_reads(out, seed=seed)
    show({"reads": str(out), "files": len(list(out.glob("*.csv"))), "seed": seed}, as_json=as_json)


@app.command("nation")
def nation(
    context: typer.Context,
    data: Data = DEFAULT_HOME,
    seed: Seed = 20261121,
    days: Annotated[int, typer.Option(min=1, max=730, help="Days of history, up to yesterday.")] = 120,
    as_json: AsJson = False,
) -> None:
    """Register fictitious devices, connect them in simulated clinics, send their history to the gateway."""
    home = settled(context, data)
    from nadzor.actions.import_register import DEMO_REGISTER, import_register
    from nadzor.actions.send_nation import send_nation
    from nadzor.people.queries import CONSOLE

    import_register(DEMO_REGISTER, by=CONSOLE, now=clock.now())
    with frame(context).gateway(home) as address, progress() as bar:
        summary = send_nation(home, seed=seed, days=days, gateway=address, now=clock.now(), bar=bar)
    show(summary, as_json=as_json, title="Nation")
