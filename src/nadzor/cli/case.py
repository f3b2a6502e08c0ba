# SPDX-License-Identifier: Apache-2.0
"""`nadzor case`: the proof bundle of a case, for a court or an expert."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

app = typer.Typer(help="Cases.", no_args_is_help=True)


@app.command("bundle")
def bundle(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Number of the case.")],
    out: Annotated[Path, typer.Option("--out", help="File for the bundle.")],
    because: Annotated[str, typer.Option(help="For whom and why; written into the chain of deeds.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Write the whole case into one file; `nadzor verify case` checks it with no network and no database."""
    home = settled(context, data)
    from nadzor.actions.make_case_bundle import make_case_bundle
    from nadzor.base.durable import write_atomic
    from nadzor.people.queries import CONSOLE

    made = make_case_bundle(home, number, by=CONSOLE, because=because, now=clock.now())
    write_atomic(out.absolute(), made, mode=0o600)
    check = f"nadzor verify case {out} --key '{home.log_vkey}'"
    show(
        {"file": str(out), "bytes": len(made), "check": check},
        as_json=as_json,
        title="Proof bundle of a case",
    )
